package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.ValueSpec;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text that a run returned, exactly.
 *
 * <p>ONNX Runtime's Java API reads text as the JVM's own form of UTF-8: the text ends at U+0000,
 * and a character beyond U+FFFF is cut. Only text that may hold such characters is checked again. A
 * small model compares the text that was read with the original, splits each text that differs into
 * characters, and returns a number for each character that the API would change. These characters
 * are known from the model's file and the call's inputs. This costs some 0.5 ms a call, and 0.05 ms
 * for each such text.
 *
 * <p>Each slot has its own instance. Not thread safe.
 */
final class ReturnedText {
  private static final String FLAT = "flat";
  private static final String TEXT = "x";

  /**
   * The API reads a text of one character beyond U+FFFF as one of these: the character's first
   * byte.
   */
  private static final String FIRST_BYTES = "\u00f0\u00f1\u00f2\u00f3\u00f4";

  private final OrtEnvironment environment;
  private final Set<String> own;
  private final Map<String, String> labels;
  private Set<String> fed = Set.of();

  /**
   * Creates the reader of one slot.
   *
   * @param own the characters in the model's own text that the Java API changes
   * @param labels of maps, see {@link #labels}
   */
  ReturnedText(OrtEnvironment environment, Set<String> own, Map<String, String> labels) {
    this.environment = environment;
    this.own = own;
    this.labels = labels;
  }

  /** Sets the characters of the next run's inputs that the Java API changes. */
  void feed(Set<String> characters) {
    fed = characters;
  }

  /**
   * Returns the text of a tensor, row-major.
   *
   * @throws InferenceException if some of it cannot be read
   */
  String[] of(String output, OnnxTensor tensor) throws OrtException {
    String[] read = read(tensor);
    boolean unusual =
        own.contains("\0")
            || !fed.isEmpty()
            || Arrays.stream(read).anyMatch(ReturnedText::hasFirstByte);
    if (unusual && read.length > 0) {
      boolean[] equal = equal(tensor, read);
      if (IntStream.range(0, equal.length).anyMatch(i -> !equal[i])) {
        readCharacters(output, tensor, equal, read);
      }
    }
    return read;
  }

  private static boolean hasFirstByte(String read) {
    return read.chars().anyMatch(c -> FIRST_BYTES.indexOf(c) >= 0);
  }

  /** Returns the exact label for a key that the Java API read from a map. */
  String label(String read) {
    return labels.getOrDefault(read, read);
  }

  /**
   * Returns the exact labels by the text that the Java API reads for them. Labels are the keys of a
   * model's maps, and only the Java API can read these keys.
   *
   * @return the exact label for each label that is read as another text; empty if no output needs
   *     it
   * @throws ModelLoadException naming two labels that the Java API reads as the same text
   */
  static Map<String, String> labels(
      OrtEnvironment environment, ModelSignature signature, Set<String> own, Object model)
      throws OrtException {
    String[] exact = own.toArray(String[]::new);
    if (!ExactText.isNeeded(exact) || signature.outputs().stream().noneMatch(ReturnedText::isMap)) {
      return Map.of();
    }
    String[] read;
    try (OnnxTensor tensor = ExactText.tensor(environment, exact, new long[] {exact.length})) {
      read = read(tensor);
    }
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < exact.length; i++) {
      String other = labels.put(read[i], exact[i]);
      if (other != null) {
        throw new ModelLoadException(
            "%s: found the labels \"%s\" and \"%s\", which ONNX Runtime's Java API returns both as \"%s\" from a map; expected labels that differ in other characters than U+0000 and those beyond U+FFFF: rename one, or export the model without ZipMap"
                .formatted(model, escaped(other), escaped(exact[i]), escaped(read[i])),
            null);
      }
    }
    return Map.copyOf(labels);
  }

  /** Whether a value has a map with text as keys. */
  private static boolean isMap(ValueSpec spec) {
    return spec instanceof MapSpec map
        ? map.key() == ElementType.STRING
        : spec instanceof SequenceSpec sequence && isMap(sequence.element());
  }

  /** Returns for each element whether it was read exactly. */
  private boolean[] equal(OnnxTensor tensor, String[] texts) throws OrtException {
    GraphProto.Builder graph =
        flattening()
            .addInitializer(SmallModel.text("texts", texts, texts.length))
            .addNode(SmallModel.node("Equal", "equal", FLAT, "texts"))
            .addOutput(SmallModel.value("equal", DataType.BOOL));
    try (OrtSession session = SmallModel.session(environment, graph);
        OrtSession.Result result = session.run(Map.of(TEXT, tensor))) {
      return (boolean[]) result.get(0).getValue();
    }
  }

  /** Reads each text that is not equal again, character by character. */
  private void readCharacters(String output, OnnxTensor tensor, boolean[] equal, String[] into)
      throws OrtException {
    Set<String> all = new LinkedHashSet<>(own);
    all.addAll(fed);
    FIRST_BYTES.chars().mapToObj(Character::toString).forEach(all::add);
    List<String> known = List.copyOf(all);
    try (OrtSession session = SmallModel.session(environment, characters(known))) {
      for (int element = 0; element < equal.length; element++) {
        if (!equal[element]) {
          into[element] = characters(output, session, tensor, element, known);
        }
      }
    }
  }

  private String characters(
      String output, OrtSession session, OnnxTensor tensor, int element, List<String> known)
      throws OrtException {
    LongBuffer index = LongBuffer.wrap(new long[] {element});
    try (OnnxTensor i = OnnxTensor.createTensor(environment, index, new long[] {1});
        OrtSession.Result result = session.run(Map.of(TEXT, tensor, "i", i))) {
      String[] characters = read((OnnxTensor) result.get(0));
      long[] numbers = (long[]) result.get(1).getValue();
      StringBuilder text = new StringBuilder();
      for (int c = 0; c < characters.length; c++) {
        if (numbers[c] < 0 && hasFirstByte(characters[c])) {
          throw new InferenceException(
              "output %s: found a character beyond U+FFFF at %d of value %d, which the model made itself and ONNX Runtime's Java API cannot return; expected one that the call's text or the model's file holds; use Java 22 or later with native access enabled"
                  .formatted(output, c, element),
              null);
        }
        text.append(numbers[c] < 0 ? characters[c] : known.get((int) numbers[c]));
      }
      return text.toString();
    }
  }

  /** A graph that splits one text into characters and returns the numbers of the known ones. */
  private static GraphProto.Builder characters(List<String> known) {
    AttributeProto.Builder keys = SmallModel.attribute("keys_strings", AttributeType.STRINGS);
    AttributeProto.Builder values = SmallModel.attribute("values_int64s", AttributeType.INTS);
    for (int i = 0; i < known.size(); i++) {
      keys.addStrings(ByteString.copyFromUtf8(known.get(i)));
      values.addInts(i);
    }
    return flattening()
        .addInput(SmallModel.value("i", DataType.INT64))
        .addNode(SmallModel.node("Gather", "one", FLAT, "i"))
        .addNode(
            SmallModel.node("Tokenizer", "characters", "one")
                .setDomain(SmallModel.MICROSOFT)
                .addAttribute(SmallModel.attribute("mark", AttributeType.INT).setI(0))
                .addAttribute(SmallModel.attribute("mincharnum", AttributeType.INT).setI(1))
                .addAttribute(
                    SmallModel.attribute("pad_value", AttributeType.STRING).setS(ByteString.EMPTY))
                .addAttribute(
                    SmallModel.attribute("separators", AttributeType.STRINGS)
                        .addStrings(ByteString.EMPTY)))
        .addNode(
            SmallModel.node("LabelEncoder", "encoded", "characters")
                .setDomain(SmallModel.ML)
                .addAttribute(keys)
                .addAttribute(values)
                .addAttribute(SmallModel.attribute("default_int64", AttributeType.INT).setI(-1)))
        .addNode(SmallModel.node("Reshape", "numbers", "encoded", "all"))
        .addOutput(SmallModel.value("characters", DataType.STRING))
        .addOutput(SmallModel.value("numbers", DataType.INT64));
  }

  /** The beginning of a graph, which flattens its input of any rank to a list. */
  private static GraphProto.Builder flattening() {
    return GraphProto.newBuilder()
        .setName(TEXT)
        .addInput(SmallModel.value(TEXT, DataType.STRING))
        .addInitializer(
            TensorProto.newBuilder()
                .setName("all")
                .setDataType(DataType.INT64_VALUE)
                .addDims(1)
                .addInt64Data(-1))
        .addNode(SmallModel.node("Reshape", FLAT, TEXT, "all"));
  }

  private static String[] read(OnnxTensor tensor) throws OrtException {
    List<String> values = new ArrayList<>();
    flatten(tensor.getValue(), values);
    return values.toArray(String[]::new);
  }

  /** ONNX Runtime gives text as a string or as nested arrays of strings. */
  private static void flatten(@Nullable Object value, List<String> into) {
    if (value instanceof Object[] values) {
      for (Object element : values) {
        flatten(element, into);
      }
    } else {
      into.add((String) value);
    }
  }

  private static String escaped(String text) {
    return text.replace("\0", "\\u0000");
  }
}
