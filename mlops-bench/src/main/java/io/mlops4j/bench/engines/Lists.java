package io.mlops4j.bench.engines;

import io.mlops4j.feature.FeatureBatch;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Columns that hold a list of a fixed size in each row. */
final class Lists {
  private Lists() {}

  static FieldVector floats(String name, int size, float[] values, BufferAllocator allocator) {
    FixedSizeListVector lists = FixedSizeListVector.empty(name, size, allocator);
    Float4Vector inside =
        (Float4Vector)
            lists.addOrGetVector(FieldType.nullable(MinorType.FLOAT4.getType())).getVector();
    inside.allocateNew(values.length);
    for (int i = 0; i < values.length; i++) {
      inside.set(i, values[i]);
    }
    return filled(lists, values.length / size);
  }

  static FieldVector longs(String name, int size, long[] values, BufferAllocator allocator) {
    FixedSizeListVector lists = FixedSizeListVector.empty(name, size, allocator);
    BigIntVector inside =
        (BigIntVector)
            lists.addOrGetVector(FieldType.nullable(MinorType.BIGINT.getType())).getVector();
    inside.allocateNew(values.length);
    for (int i = 0; i < values.length; i++) {
      inside.set(i, values[i]);
    }
    return filled(lists, values.length / size);
  }

  private static FieldVector filled(FixedSizeListVector lists, int rows) {
    for (int row = 0; row < rows; row++) {
      lists.setNotNull(row);
    }
    lists.setValueCount(rows);
    return lists;
  }

  /** Owns the columns. */
  static FeatureBatch batch(BufferAllocator allocator, FieldVector... columns) {
    try (VectorSchemaRoot root =
        new VectorSchemaRoot(
            List.of(columns).stream().map(ValueVector::getField).toList(),
            List.of(columns),
            columns[0].getValueCount())) {
      return FeatureBatch.owning(root);
    }
  }
}
