package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.ConfusionMatrix;

/**
 * A binary model's labelled probabilities. Where scikit-learn answers 0 for a zero denominator, so
 * does this.
 */
final class ClassificationAnswers {
  private ClassificationAnswers() {}

  static Answers of(JsonNode element) {
    BinaryPerformance performance =
        BinaryPerformance.of(Numbers.doubles(element.get("y")), Numbers.doubles(element.get("p")));
    ConfusionMatrix confusion = performance.confusion(0.5);
    return new Answers()
        .values("confusion_tn_fp_fn_tp", () -> counts(confusion))
        .value("accuracy", () -> confusion.accuracy().orElse(Double.NaN))
        .value("precision", () -> confusion.precision().orElse(0))
        .value("recall", () -> confusion.recall().orElse(0))
        .value("f1", () -> confusion.f1().orElse(0))
        .value("log_loss", () -> performance.logLoss().orElse(Double.NaN))
        .value("roc_auc", () -> performance.rocAuc().orElse(Double.NaN))
        .value("average_precision", () -> performance.averagePrecision().orElse(0))
        .value("brier", () -> performance.brier().orElse(Double.NaN));
  }

  private static double[] counts(ConfusionMatrix confusion) {
    return new double[] {
      confusion.trueNegatives(),
      confusion.falsePositives(),
      confusion.falseNegatives(),
      confusion.truePositives()
    };
  }
}
