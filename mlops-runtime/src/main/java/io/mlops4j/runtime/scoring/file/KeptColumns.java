package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Columns of the input that are copied to the output. Dictionary-encoded ones become plain values,
 * because the dictionaries of two batches may differ.
 */
record KeptColumns(List<FieldVector> vectors, List<FieldVector> decoded) implements AutoCloseable {

  static KeptColumns of(FeatureBatch rows, List<String> names, BufferAllocator allocator) {
    KeptColumns kept = new KeptColumns(new ArrayList<>(), new ArrayList<>());
    try {
      for (String name : names) {
        kept.add(rows.column(name), rows, allocator);
      }
      return kept;
    } catch (RuntimeException | Error e) {
      kept.close();
      throw e;
    }
  }

  private void add(FieldVector column, FeatureBatch rows, BufferAllocator allocator) {
    DictionaryEncoding encoding = column.getField().getDictionary();
    if (encoding == null) {
      vectors.add(column);
      return;
    }
    FieldVector values =
        Objects.requireNonNull(rows.dictionaries().lookup(encoding.getId())).getVector();
    Field type = values.getField();
    FieldVector plain =
        new Field(column.getName(), type.getFieldType(), type.getChildren())
            .createVector(allocator);
    decoded.add(plain);
    vectors.add(plain);
    plain.allocateNew();
    for (int row = 0; row < rows.rows(); row++) {
      if (column.isNull(row)) {
        plain.setNull(row);
      } else {
        plain.copyFromSafe((int) ((BaseIntVector) column).getValueAsLong(row), row, values);
      }
    }
    plain.setValueCount(rows.rows());
  }

  @Override
  public void close() {
    decoded.forEach(FieldVector::close);
  }
}
