package io.mlops4j.samples.quickstart;

import io.mlops4j.feature.FeatureBatch;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Reads columns of a day's flights. */
final class Columns {

  private Columns() {}

  /** A view of some columns, without a copy; the batch stays the owner. */
  static FeatureBatch only(FeatureBatch batch, Collection<String> names) {
    return FeatureBatch.of(
        VectorSchemaRoot.of(names.stream().map(batch::column).toArray(FieldVector[]::new)));
  }

  static LocalDate day(FeatureBatch flights) {
    long seconds = ((TimeStampSecVector) flights.column("departure")).get(0);
    return LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC).toLocalDate();
  }

  static double[] labels(FeatureBatch flights) {
    TinyIntVector late = (TinyIntVector) flights.column(Story.LABEL);
    double[] labels = new double[flights.rows()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = late.get(row);
    }
    return labels;
  }
}
