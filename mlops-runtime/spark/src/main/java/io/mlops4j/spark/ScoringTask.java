package io.mlops4j.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.StructType;

/**
 * What each task does. Immutable; Spark sends it to the executors.
 *
 * @param features the columns that the model reads
 * @param outputs the columns that the model adds
 * @param bins the profile in whose bins the rows are counted, as text; empty for none
 */
record ScoringTask(
    PinnedModel model, List<String> features, StructType outputs, String bins, Figures figures)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Returns a short text for Spark's plans. */
  @Override
  public String toString() {
    return model.version() + " " + List.of(outputs.fieldNames());
  }
}
