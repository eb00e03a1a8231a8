package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.runtime.feature.PlainColumns;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;

/**
 * Columns of the input that are copied to the output. Dictionary-encoded ones become plain values,
 * because the dictionaries of two batches may differ.
 */
record KeptColumns(List<FieldVector> vectors) implements AutoCloseable {

  static KeptColumns of(FeatureBatch rows, List<String> names) {
    KeptColumns kept = new KeptColumns(new ArrayList<>());
    try {
      names.forEach(name -> kept.vectors.add(PlainColumns.of(rows.column(name), rows)));
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
