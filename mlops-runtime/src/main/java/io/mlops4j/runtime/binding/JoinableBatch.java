package io.mlops4j.runtime.binding;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/**
 * A batch that one run can answer with others whose rows have the same shape. Only the shape is
 * checked here; binding checks the rest. Immutable while the batch is unchanged.
 */
public final class JoinableBatch {
  private final FeatureBatch batch;
  private final ColumnLayout layout;
  private final List<Long> shape;

  private JoinableBatch(FeatureBatch batch, ColumnLayout layout, List<Long> shape) {
    this.batch = batch;
    this.layout = layout;
    this.shape = shape;
  }

  /**
   * Returns null if the first row does not show the shape of all rows, or if a row is a whole
   * input.
   */
  static @Nullable JoinableBatch of(FeatureBatch batch, ColumnLayout layout, int inputs) {
    VectorSchemaRoot root = batch.root();
    List<Long> shape = new ArrayList<>(inputs);
    for (int i = 0; i < inputs; i++) {
      Cell[] cells = layout.cells(i);
      if (cells[0].fill() != Fill.STACKED
          || !addShape(cells[0], root.getVector(cells[0].position()), shape)) {
        return null;
      }
    }
    return new JoinableBatch(batch, layout, shape);
  }

  private static boolean addShape(Cell cell, FieldVector column, List<Long> into) {
    long[] shape = cell.hasShape() ? cell.shape() : firstShape(ArrowTypes.storage(column));
    into.add((long) shape.length);
    for (long size : shape) {
      into.add(size);
    }
    return shape.length == cell.rank();
  }

  /** Returns an empty shape if the first row does not show one. */
  private static long[] firstShape(FieldVector column) {
    if (hasNull(column)) {
      return new long[0];
    }
    if (column instanceof ListVector list) {
      ArrowBuf offsets = list.getOffsetBuffer();
      return offsets.capacity() < 8
          ? new long[0]
          : new long[] {(long) offsets.getInt(4) - offsets.getInt(0)};
    }
    return column instanceof StructVector tensors
            && tensors.getChild("shape") instanceof FixedSizeListVector shapes
            && shapes.getDataVector() instanceof IntVector sizes
        ? sizes(sizes, shapes.getListSize())
        : new long[0];
  }

  private static boolean hasNull(FieldVector column) {
    ArrowBuf valid = column.getValidityBuffer();
    return valid.capacity() < 1 || (valid.getByte(0) & 1) == 0;
  }

  private static long[] sizes(IntVector sizes, int rank) {
    ArrowBuf values = sizes.getDataBuffer();
    if (values.capacity() < 4L * rank) {
      return new long[0];
    }
    long[] shape = new long[rank];
    for (int i = 0; i < rank; i++) {
      shape[i] = values.getInt(4L * i);
    }
    return shape;
  }

  /**
   * Returns the shape that all batches of a run must have.
   *
   * @return a list that is equal for equal shapes of rows in all inputs
   */
  public List<Long> shape() {
    return shape;
  }

  /**
   * Returns the number of rows.
   *
   * @return 0 or more
   */
  public int rows() {
    return batch.rows();
  }

  FeatureBatch batch() {
    return batch;
  }

  ColumnLayout layout() {
    return layout;
  }
}
