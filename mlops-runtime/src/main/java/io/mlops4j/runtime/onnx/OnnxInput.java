package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.graph.AlteredCharacters;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.spi.StringColumn;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One input of a slot: its shape for the next run, and its elements. */
final class OnnxInput implements AutoCloseable {
  /** The least size in bytes: making a tensor costs as much as copying some ten thousand bytes. */
  private static final int WORTH_BORROWING = 1 << 15;

  /** The alignment of Arrow's buffers and of the widest register that kernels load unchecked. */
  private static final int BORROWED_ALIGNMENT = 16;

  private final TensorSpec spec;
  private final SlotMemory block;
  private long[] dims = {};
  private boolean shaped;
  private boolean borrows;
  private long borrowedAddress;
  private long[] borrowedDims = {};
  private OpenSession.@Nullable BorrowedTensor borrowed;
  private final DistinctTexts distinct = new DistinctTexts();
  private String[] text = {};
  private boolean unusual;
  private @Nullable OnnxTensor textTensor;
  private @Nullable KeptTexts keptTexts;
  private boolean textIsKept;

  OnnxInput(TensorSpec spec, DirectMemory memory) {
    this.spec = spec;
    this.block = new SlotMemory(memory);
  }

  String name() {
    return spec.name();
  }

  boolean isText() {
    return spec.type() == ElementType.STRING;
  }

  ElementType type() {
    return spec.type();
  }

  long[] dims() {
    return dims;
  }

  boolean hasShape(long[] shape) {
    return shaped && Arrays.equals(dims, shape);
  }

  /** Whether memory must move for a shape, which invalidates every tensor over that memory. */
  boolean mustGrow(long[] shape) {
    return !isText() && !block.holds(bytes(shape));
  }

  /** Sets a shape that was checked. */
  void reshape(long[] shape) {
    shaped = false;
    borrows = false;
    dropText();
    if (mustGrow(shape)) {
      block.grow(bytes(shape));
    }
    dims = shape.clone();
    shaped = true;
  }

  /** Checks a shape against the declared one. */
  void check(long[] shape) {
    if (!TensorTypes.fits(spec, shape)) {
      throw new ModelInputException(name(), "shape " + Arrays.toString(shape), spec.toString());
    }
    if (Math.max(ElementTypes.elements(shape), bytes(shape)) > DirectMemory.LIMIT) {
      throw new ModelInputException(
          name(),
          "shape " + Arrays.toString(shape),
          "less than 2 GiB and 2^31 elements in one call; split the batch");
    }
  }

  private long bytes(long[] shape) {
    return ElementTypes.bytes(spec.type(), shape);
  }

  /** Binds the declared symbols to the sizes of this shape; -1 if two shapes disagree. */
  void bind(Map<String, Long> symbols) {
    for (int i = 0; i < spec.shape().size() && i < dims.length; i++) {
      long size = dims[i];
      spec.shape()
          .get(i)
          .symbol()
          .ifPresent(symbol -> symbols.merge(symbol, size, (a, b) -> a.equals(b) ? a : -1L));
    }
  }

  long address() {
    if (!shaped || isText()) {
      throw new IllegalStateException(
          "input %s: found %s, expected a shape before the address, and no text"
              .formatted(name(), shaped ? "text" : "no shape"));
    }
    return block.address();
  }

  /** Returns the number of bytes at the address. */
  long capacity() {
    return block.capacity();
  }

  /** Returns the address of the elements for the next run, also if they are the caller's. */
  long readAddress() {
    return borrows ? borrowedAddress : address();
  }

  /**
   * Reads the caller's memory in the next run. The tensor over it is kept, because callers often
   * pass the same memory again.
   *
   * @return false if a tensor cannot use that memory, or if copying costs less than making a tensor
   */
  boolean borrow(long address, long bytes, OpenSession session) throws OrtException {
    if (!shaped || bytes < WORTH_BORROWING || bytes != bytes(dims) || !canBorrow(address)) {
      return false;
    }
    if (borrowed == null || borrowedAddress != address || !Arrays.equals(borrowedDims, dims)) {
      closeBorrowed();
      borrowed = session.borrowed(address, bytes, spec.type(), dims);
      borrowedAddress = address;
      borrowedDims = dims;
    }
    borrows = true;
    return true;
  }

  private boolean canBorrow(long address) {
    return ElementTypes.canBePinned(spec.type()) && address % BORROWED_ALIGNMENT == 0;
  }

  /**
   * Returns the tensor over borrowed memory; null if the one over the input's own memory is fed.
   */
  OpenSession.@Nullable BorrowedTensor borrowed() {
    return borrows ? borrowed : null;
  }

  /** Returns to the input's own memory after {@link #borrow}. */
  void giveBack() {
    borrows = false;
  }

  private void closeBorrowed() {
    borrows = false;
    if (borrowed != null) {
      borrowed.close();
      borrowed = null;
    }
  }

  /**
   * Returns a tensor over the input's memory. Its type is signed if Java cannot make an unsigned
   * one.
   */
  OnnxTensor tensor(OrtEnvironment environment) throws OrtException {
    if (!shaped) {
      throw new IllegalStateException("input " + name() + ": found no shape, expected one");
    }
    return TensorTypes.over(
        block.buffer(bytes(dims)), environment, ElementTypes.signed(spec.type()), dims);
  }

  /** Copies the text into a tensor, because ONNX Runtime owns the memory of its strings. */
  void text(StringColumn values, OrtEnvironment environment, RepeatedText repeated)
      throws OrtException {
    if (!shaped || !isText() || values.size() != ElementTypes.elements(dims)) {
      throw new IllegalStateException(
          "input %s: found %d values of text, expected %s of shape %s"
              .formatted(name(), values.size(), spec, Arrays.toString(dims)));
    }
    dropText();
    fill(values);
    if (text.length >= RepeatedText.WORTH_GATHERING && distinct.number(text, codes())) {
      try (OnnxTensor texts = distinctTexts(environment);
          OnnxTensor codes =
              TensorTypes.over(
                  block.buffer(4L * text.length), environment, ElementType.INT32, dims)) {
        textTensor = repeated.of(texts, codes);
      }
    } else {
      textTensor = textTensor(text, environment, dims);
    }
  }

  private void fill(StringColumn values) {
    if (text.length != values.size()) {
      text = new String[(int) values.size()];
    }
    @Nullable String[] words = values.dictionary();
    long codes = words == null ? 0 : values.codes();
    for (int i = 0; i < text.length; i++) {
      text[i] = present(words == null ? values.get(i) : words[Native.getInt(codes + 4L * i)], i);
    }
  }

  /** Returns the address of a number for each text. */
  private long codes() {
    if (!block.holds(4L * text.length)) {
      block.grow(4L * text.length);
    }
    return block.address();
  }

  private OnnxTensor distinctTexts(OrtEnvironment environment) throws OrtException {
    String[] texts = distinct.texts();
    return textTensor(texts, environment, texts.length);
  }

  private OnnxTensor textTensor(String[] texts, OrtEnvironment environment, long... shape)
      throws OrtException {
    unusual = ExactText.isNeeded(texts);
    if (unusual) {
      requireWholeCharacters();
      return ExactText.tensor(environment, texts, shape);
    }
    textIsKept = text.length == 1 && KeptTexts.canKeep(text[0]);
    if (!textIsKept) {
      return OnnxTensor.createTensor(environment, texts, shape);
    }
    if (keptTexts == null) {
      keptTexts = new KeptTexts();
    }
    return keptTexts.tensor(environment, texts[0], shape);
  }

  /** A null inside a tensor of text would end the process. */
  private String present(@Nullable String value, int row) {
    if (value == null) {
      throw new ModelInputException(
          name(), "null at " + row, "text; state a null policy for this feature");
    }
    return value;
  }

  /** An unpaired surrogate has no UTF-8 form, so ONNX Runtime would get another text. */
  private void requireWholeCharacters() {
    CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
    for (int i = 0; i < text.length; i++) {
      if (!utf8.canEncode(text[i])) {
        throw new ModelInputException(
            name(), "half of a surrogate pair at " + i, "whole characters");
      }
    }
  }

  /** Whether its text needed {@link ExactText}. */
  boolean isUnusual() {
    return unusual;
  }

  /** Adds the characters of its text that need {@link ExactText}. */
  void addCharacters(Set<String> to) {
    for (String value : text) {
      AlteredCharacters.add(value, to);
    }
  }

  OnnxTensor textTensor() {
    if (textTensor == null) {
      throw new IllegalStateException("input " + name() + ": found no text, expected some");
    }
    return textTensor;
  }

  void dropText() {
    if (textTensor != null) {
      if (!textIsKept) {
        textTensor.close();
      }
      textIsKept = false;
      textTensor = null;
      unusual = false;
      Arrays.fill(text, null);
      distinct.clear();
    }
  }

  @Override
  public String toString() {
    return name() + Arrays.toString(dims);
  }

  @Override
  public void close() {
    shaped = false;
    dropText();
    if (keptTexts != null) {
      keptTexts.close();
    }
    closeBorrowed();
    block.close();
  }
}
