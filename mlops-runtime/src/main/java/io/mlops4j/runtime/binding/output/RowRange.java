package io.mlops4j.runtime.binding.output;

import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineValue;

/**
 * A range of the rows of an output that has one row for each input row, as an output of its own.
 * The {@link #offsets} of its text do not begin at 0.
 */
record RowRange(EngineValue whole, int first, int rows) implements EngineValue {
  static boolean isByRow(EngineValue output, int rows) {
    return switch (output.kind()) {
      case TENSOR -> output.rank() > 0 && output.dim(0) == rows;
      case SEQUENCE -> output.children() == rows;
      default -> false;
    };
  }

  @Override
  public Kind kind() {
    return whole.kind();
  }

  @Override
  public ElementType type() {
    return whole.type();
  }

  @Override
  public int rank() {
    return whole.rank();
  }

  @Override
  public long dim(int i) {
    return i == 0 ? rows : whole.dim(i);
  }

  @Override
  public long address() {
    return whole.address() + (isText() ? Native.getInt(offsets()) : first * perRow());
  }

  @Override
  public long bytes() {
    return isText()
        ? Native.getInt(offsets() + 4L * rows * perRow()) - Native.getInt(offsets())
        : rows * perRow();
  }

  @Override
  public long offsets() {
    return isText() ? whole.offsets() + 4L * first * perRow() : 0;
  }

  private boolean isText() {
    return whole.offsets() != 0;
  }

  /** Returns the bytes of a row; for text its elements. */
  private long perRow() {
    if (!isText()) {
      return whole.bytes() / whole.dim(0);
    }
    long elements = 1;
    for (int i = 1; i < whole.rank(); i++) {
      elements *= whole.dim(i);
    }
    return elements;
  }

  @Override
  public int children() {
    return rows;
  }

  @Override
  public EngineValue child(int i) {
    return whole.child(first + i);
  }
}
