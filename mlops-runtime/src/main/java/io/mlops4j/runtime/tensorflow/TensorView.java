package io.mlops4j.runtime.tensorflow;

import io.mlops4j.model.ElementType;
import io.mlops4j.spi.EngineValue;

/** An output tensor; one per output, filled anew by each run. */
final class TensorView implements EngineValue {
  private final ElementType type;
  private long[] dims = {};
  private long address;
  private long bytes;
  private long offsets;

  TensorView(ElementType type) {
    this.type = type;
  }

  /** The dimensions to fill. */
  long[] dims(int rank) {
    if (dims.length != rank) {
      dims = new long[rank];
    }
    return dims;
  }

  void set(long address, long bytes, long offsets) {
    this.address = address;
    this.bytes = bytes;
    this.offsets = offsets;
  }

  @Override
  public Kind kind() {
    return Kind.TENSOR;
  }

  @Override
  public ElementType type() {
    return type;
  }

  @Override
  public int rank() {
    return dims.length;
  }

  @Override
  public long dim(int i) {
    return dims[i];
  }

  @Override
  public long address() {
    return address;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public long offsets() {
    return offsets;
  }

  @Override
  public int children() {
    return 0;
  }

  @Override
  public EngineValue child(int i) {
    throw new IndexOutOfBoundsException("a tensor has no children, found " + i);
  }
}
