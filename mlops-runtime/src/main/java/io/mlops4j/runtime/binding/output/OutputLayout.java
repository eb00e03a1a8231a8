package io.mlops4j.runtime.binding.output;

import io.mlops4j.runtime.binding.type.Scalars;
import io.mlops4j.spi.EngineValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The positions and shapes of the answers to one call in their memory. Calls whose answers have the
 * same shapes share a layout, so repeated calls allocate none. A layout is only changed before it
 * is shared.
 */
final class OutputLayout {
  /** The width of an output whose first dimension does not count the rows. */
  static final int NOT_BY_ROW = -1;

  private final int rows;
  private final boolean whole;
  private final long[] starts;
  private final long[] elements;
  private final int[] widths;
  private final long[] @Nullable [] dims;

  /**
   * @param whole whether the only row was the whole of an input, so that each output as a whole is
   *     the answer to it
   */
  OutputLayout(int outputs, int rows, boolean whole) {
    this.rows = rows;
    this.whole = whole;
    this.starts = new long[outputs];
    this.elements = new long[outputs];
    this.widths = new int[outputs];
    this.dims = new long[outputs][];
  }

  boolean isFor(int rows, boolean whole) {
    return this.rows == rows && this.whole == whole;
  }

  /** Whether a tensor has the shape and position of this layout. */
  boolean holds(int output, long start, EngineValue value) {
    long[] known = dims[output];
    if (known == null || starts[output] != start || known.length != value.rank()) {
      return false;
    }
    for (int i = 0; i < known.length; i++) {
      if (known[i] != value.dim(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a tensor has the shape and position of this layout. */
  boolean holds(int output, long start, long[] shape) {
    return starts[output] == start && Arrays.equals(dims[output], shape);
  }

  /** Whether an output has the shape of another. */
  boolean hasShapeOf(int output, OutputLayout other, int number) {
    return Arrays.equals(dims[output], other.dims[number]);
  }

  OutputLayout upTo(int output) {
    OutputLayout copy = new OutputLayout(starts.length, rows, whole);
    System.arraycopy(starts, 0, copy.starts, 0, output);
    System.arraycopy(elements, 0, copy.elements, 0, output);
    System.arraycopy(widths, 0, copy.widths, 0, output);
    System.arraycopy(dims, 0, copy.dims, 0, output);
    return copy;
  }

  static long[] shape(EngineValue value) {
    long[] shape = new long[value.rank()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = value.dim(i);
    }
    return shape;
  }

  void set(int output, long start, long[] shape) {
    long count = Scalars.elements(shape);
    starts[output] = start;
    elements[output] = count;
    dims[output] = shape;
    boolean byRow = shape.length > 0 && shape[0] == rows;
    widths[output] = byRow ? widthOfRow(shape, count) : whole ? Math.toIntExact(count) : NOT_BY_ROW;
  }

  /** Sets a sequence or map, which has no shape. */
  void setNested(int output, boolean byRow) {
    dims[output] = new long[0];
    widths[output] = byRow ? 1 : NOT_BY_ROW;
  }

  /** Without rows, the shape decides. Its rows may be longer than a column can have. */
  private int widthOfRow(long[] shape, long count) {
    if (rows > 0) {
      return Math.toIntExact(count / rows);
    }
    long width = 1;
    for (int i = 1; i < shape.length; i++) {
      if (shape[i] > 0 && width > Integer.MAX_VALUE / shape[i]) {
        return NOT_BY_ROW;
      }
      width *= shape[i];
    }
    return (int) width;
  }

  int rows() {
    return rows;
  }

  long start(int output) {
    return starts[output];
  }

  long elements(int output) {
    return elements[output];
  }

  int width(int output) {
    return widths[output];
  }

  long[] shape(int output) {
    long[] shape = dims[output];
    return shape == null ? new long[0] : shape.clone();
  }
}
