package io.mlops4j.runtime.memory;

import io.mlops4j.model.ElementType;
import io.mlops4j.spi.EngineValue;

/**
 * A view of an output tensor in host memory. There is one for each output, and each run sets it.
 * Not thread safe.
 */
public final class TensorView implements EngineValue {
  private final ElementType type;
  private long[] dims = {};
  private long address;
  private long bytes;
  private long offsets;

  /**
   * Creates a view without a tensor.
   *
   * @param type the type of the elements
   */
  public TensorView(ElementType type) {
    this.type = type;
  }

  /**
   * Sets the tensor of the last run.
   *
   * @param shape the dimensions, outermost first; not copied
   * @param start the address of its elements
   * @param size the number of bytes of its elements
   * @param text the address of the offsets of text; 0 for numbers
   */
  public void set(long[] shape, long start, long size, long text) {
    dims = shape;
    address = start;
    bytes = size;
    offsets = text;
  }

  /**
   * Returns the dimensions of the tensor.
   *
   * @return the array itself, not a copy
   */
  public long[] dims() {
    return dims;
  }

  /**
   * Returns an array for dimensions; the current array if its length fits.
   *
   * @param rank the number of dimensions
   * @return an array to fill and to pass to {@link #set}
   */
  public long[] dims(int rank) {
    return dims.length == rank ? dims : new long[rank];
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
