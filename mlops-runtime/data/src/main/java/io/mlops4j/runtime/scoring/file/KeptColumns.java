package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.runtime.feature.arrow.PlainColumns;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Columns of the input that are copied to the output. Dictionary-encoded ones become plain values,
 * because the dictionaries of two batches may differ.
 */
record KeptColumns(List<Field> fields, List<FieldVector> vectors) implements AutoCloseable {

  static KeptColumns of(FeatureBatch rows, List<String> names) {
    Schema schema = rows.root().getSchema();
    KeptColumns kept = new KeptColumns(new ArrayList<>(), new ArrayList<>());
    try {
      for (String name : names) {
        kept.vectors.add(PlainColumns.of(rows.column(name), rows));
        kept.fields.add(PlainColumns.plain(schema.findField(name), rows.dictionaries()));
      }
      return kept;
    } catch (RuntimeException | Error e) {
      kept.close();
      throw e;
    }
  }

  @Override
  public void close() {
    vectors.forEach(FieldVector::close);
  }
}
