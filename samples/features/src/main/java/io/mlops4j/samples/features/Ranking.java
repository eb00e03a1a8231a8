package io.mlops4j.samples.features;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.arrow.vector.FieldVector;

/** How well a feature alone tells late flights apart. */
final class Ranking {
  private Ranking() {}

  private record Row(double score, boolean late) {}

  /**
   * The area under the ROC curve of the rows that have the feature: 0.5 is chance, 1 is perfect.
   */
  static double auc(ModelRuntime runtime, Path file, String feature) {
    List<Row> rows = new ArrayList<>();
    try (FeatureReader reader = runtime.read(file)) {
      for (FeatureBatch batch : reader) {
        FieldVector scores = batch.column(feature);
        FieldVector late = batch.column("late");
        for (int i = 0; i < batch.rows(); i++) {
          if (!scores.isNull(i)) {
            double score = ((Number) scores.getObject(i)).doubleValue();
            rows.add(new Row(score, ((Number) late.getObject(i)).intValue() == 1));
          }
        }
      }
    }
    rows.sort(Comparator.comparingDouble(Row::score));
    double ranks = 0;
    long positives = 0;
    for (int from = 0; from < rows.size(); ) {
      int to = from;
      while (to < rows.size() && rows.get(to).score() == rows.get(from).score()) {
        to++;
      }
      for (int i = from; i < to; i++) { // equal scores share their mean rank
        if (rows.get(i).late()) {
          ranks += (from + 1 + to) / 2.0;
          positives++;
        }
      }
      from = to;
    }
    long negatives = rows.size() - positives;
    return (ranks - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
  }
}
