package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.spi.StringColumn;
import java.util.Arrays;
import java.util.Map;
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
  private final @Nullable InputText text;

  /**
   * Creates an input, still without memory.
   *
   * @param text takes its text, null for numbers
   */
  OnnxInput(TensorSpec spec, DirectMemory memory, @Nullable InputText text) {
    this.spec = spec;
    this.block = new SlotMemory(memory);
    this.text = text;
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

  /** Whether the next run does without it. */
  boolean isAbsent() {
    return spec.optional() && !shaped;
  }

  /** Lets the next run do without it if it is optional. */
  boolean omit() {
    boolean given = spec.optional() && shaped;
    shaped = shaped && !spec.optional();
    return given;
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
    if (isAbsent()) {
      return; // the sizes are those of an earlier call
    }
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
    if (!shaped
        || bytes < WORTH_BORROWING
        || bytes != bytes(dims)
        || !canBorrow(address, session)) {
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

  private boolean canBorrow(long address, OpenSession session) {
    return session.canPin(spec.type()) && address % BORROWED_ALIGNMENT == 0;
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
      throw new IllegalStateException(
          "input " + name() + ": found no shape, expected that of the call before its run");
    }
    return TensorTypes.over(
        block.buffer(bytes(dims)), environment, ElementTypes.signed(spec.type()), dims);
  }

  /** Copies the text into a tensor, because ONNX Runtime owns the memory of its strings. */
  void text(StringColumn values) throws OrtException {
    if (!shaped || text == null || values.size() != ElementTypes.elements(dims)) {
      throw new IllegalStateException(
          "input %s: found %d values of text, expected %s of shape %s"
              .formatted(name(), values.size(), spec, Arrays.toString(dims)));
    }
    text.set(values, dims);
  }

  /** Returns the text of the next run, null for numbers. */
  @Nullable InputText text() {
    return text;
  }

  void dropText() {
    if (text != null) {
      text.drop();
    }
  }

  @Override
  public String toString() {
    return name() + (isAbsent() ? " absent" : Arrays.toString(dims));
  }

  @Override
  public void close() {
    shaped = false;
    if (text != null) {
      text.close();
    }
    closeBorrowed();
    block.close();
  }
}
