package io.mlops4j.monitor.profile;

import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Columns that the builder of batches does not make. */
public final class Columns {
  private Columns() {}

  /** Fills lists of floats; null for a missing one, or with a NaN in it for itself. */
  public static void fill(FixedSizeListVector into, float[]... rows) {
    Float4Vector elements =
        (Float4Vector)
            into.addOrGetVector(
                    FieldType.nullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)))
                .getVector();
    into.setInitialCapacity(rows.length);
    into.allocateNew();
    int size = into.getListSize();
    for (int row = 0; row < rows.length; row++) {
      if (rows[row] == null) {
        into.setNull(row);
      } else {
        into.setNotNull(row);
        for (int i = 0; i < size; i++) {
          elements.setSafe(row * size + i, rows[row][i]);
        }
      }
    }
    elements.setValueCount(rows.length * size);
    into.setValueCount(rows.length);
  }

  /** Fills a column of 64-bit cells; null for missing. */
  public static void fill(BaseFixedWidthVector into, Long... cells) {
    into.allocateNew(cells.length);
    for (int row = 0; row < cells.length; row++) {
      if (cells[row] == null) {
        into.setNull(row);
      } else {
        into.getDataBuffer().setLong(8L * row, cells[row]);
        BitVectorHelper.setBit(into.getValidityBuffer(), row);
      }
    }
    into.setValueCount(cells.length);
  }

  /** A batch with further columns, all of which stay the caller's. */
  public static FeatureBatch with(FeatureBatch batch, FieldVector... more) {
    List<FieldVector> columns = new ArrayList<>(batch.root().getFieldVectors());
    columns.addAll(List.of(more));
    VectorSchemaRoot root = new VectorSchemaRoot(columns);
    root.setRowCount(batch.rows());
    return FeatureBatch.of(root);
  }
}
