package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.graph.AlteredCharacters;
import io.mlops4j.spi.StringColumn;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Text that is passed through ONNX Runtime's Java package. */
final class JniText implements InputText {
  private final String input;
  private final OrtEnvironment environment;
  private final RepeatedText repeated;
  private final SlotMemory codes;
  private final DistinctTexts distinct = new DistinctTexts();
  private String[] text = {};
  private boolean unusual;
  private @Nullable OnnxTensor tensor;
  private @Nullable KeptTexts keptTexts;
  private boolean isKept;

  JniText(String input, OnnxModel model) {
    this.input = input;
    this.environment = model.environment();
    this.repeated = model.repeatedText();
    this.codes = new SlotMemory(model.memory());
  }

  @Override
  public void set(StringColumn values, long[] dims) throws OrtException {
    drop();
    fill(values);
    if (text.length >= RepeatedText.WORTH_GATHERING && distinct.number(text, codes())) {
      try (OnnxTensor texts = distinctTexts();
          OnnxTensor numbers =
              TensorTypes.over(
                  codes.buffer(4L * text.length), environment, ElementType.INT32, dims)) {
        tensor = repeated.of(texts, numbers);
      }
    } else {
      tensor = tensor(text, dims);
    }
  }

  private void fill(StringColumn values) {
    if (text.length != values.size()) {
      text = new String[(int) values.size()];
    }
    @Nullable String[] words = values.dictionary();
    long codes = words == null ? 0 : values.codes();
    for (int i = 0; i < text.length; i++) {
      text[i] =
          InputText.present(
              input, words == null ? values.get(i) : words[Native.getInt(codes + 4L * i)], i);
    }
  }

  /** Returns the address of a number for each text. */
  private long codes() {
    if (!codes.holds(4L * text.length)) {
      codes.grow(4L * text.length);
    }
    return codes.address();
  }

  private OnnxTensor distinctTexts() throws OrtException {
    String[] texts = distinct.texts();
    return tensor(texts, texts.length);
  }

  private OnnxTensor tensor(String[] texts, long... shape) throws OrtException {
    unusual = ExactText.isNeeded(texts);
    if (unusual) {
      requireWholeCharacters();
      return ExactText.tensor(environment, texts, shape);
    }
    isKept = text.length == 1 && KeptTexts.canKeep(text[0]);
    if (!isKept) {
      return OnnxTensor.createTensor(environment, texts, shape);
    }
    if (keptTexts == null) {
      keptTexts = new KeptTexts();
    }
    return keptTexts.tensor(environment, texts[0], shape);
  }

  private void requireWholeCharacters() {
    CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
    for (int i = 0; i < text.length; i++) {
      if (!utf8.canEncode(text[i])) {
        throw InputText.halfCharacter(input, i);
      }
    }
  }

  /** Whether the text needed {@link ExactText}. */
  boolean isUnusual() {
    return unusual;
  }

  /** Adds the characters of the text that need {@link ExactText}. */
  void addCharacters(Set<String> to) {
    for (String value : text) {
      AlteredCharacters.add(value, to);
    }
  }

  OnnxTensor tensor() {
    if (tensor == null) {
      throw new IllegalStateException(
          "input " + input + ": found no texts, expected those of the call before its run");
    }
    return tensor;
  }

  @Override
  public void drop() {
    if (tensor != null) {
      if (!isKept) {
        tensor.close();
      }
      isKept = false;
      tensor = null;
      unusual = false;
      Arrays.fill(text, null);
      distinct.clear();
    }
  }

  @Override
  public void close() {
    drop();
    if (keptTexts != null) {
      keptTexts.close();
    }
    codes.close();
  }
}
