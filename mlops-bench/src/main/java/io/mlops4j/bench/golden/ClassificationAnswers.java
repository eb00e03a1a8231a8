package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.CalibrationError;
import io.mlops4j.monitor.performance.ClassConfusion;
import io.mlops4j.monitor.performance.ClassConfusion.Averaging;
import io.mlops4j.monitor.performance.ConfusionMatrix;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A binary model's labelled probabilities. Where scikit-learn answers 0 for a zero denominator, so
 * does this.
 */
final class ClassificationAnswers {
  static final CalibrationError TEN_WIDTHS = CalibrationError.withDefaults().withEqualWidths();

  private ClassificationAnswers() {}

  static Answers of(JsonNode element) {
    double[] labels = JsonNumbers.doubles(element.get("y"));
    double[] scores = JsonNumbers.doubles(element.get("p"));
    BinaryPerformance performance = BinaryPerformance.of(labels, scores);
    ConfusionMatrix confusion = performance.confusion(0.5);
    return new Answers()
        .values("confusion_tn_fp_fn_tp", () -> counts(confusion))
        .value("accuracy", () -> confusion.accuracy().orElse(Double.NaN))
        .value("precision", () -> confusion.precision().orElse(0))
        .value("recall", () -> confusion.recall().orElse(0))
        .value("f1", () -> confusion.f1().orElse(0))
        .value("balanced_accuracy", () -> confusion.balancedAccuracy().orElse(Double.NaN))
        .value("f1_macro", () -> f1(labels, scores, Averaging.MACRO))
        .value("f1_micro", () -> f1(labels, scores, Averaging.MICRO))
        .value("ece10", () -> performance.calibrationError(TEN_WIDTHS).orElse(Double.NaN))
        .value("ks_score", () -> separation(labels, scores))
        .value("log_loss", () -> performance.logLoss().orElse(Double.NaN))
        .value("roc_auc", () -> performance.rocAuc().orElse(Double.NaN))
        .value("average_precision", () -> performance.averagePrecision().orElse(0))
        .value("brier", () -> performance.brier().orElse(Double.NaN));
  }

  private static double f1(double[] labels, double[] scores, Averaging averaging) {
    int[] predicted = Arrays.stream(scores).mapToInt(score -> score >= 0.5 ? 1 : 0).toArray();
    int[] truth = Arrays.stream(labels).mapToInt(label -> (int) label).toArray();
    return ClassConfusion.of(2, truth, predicted).f1(averaging).orElse(Double.NaN);
  }

  /** Kolmogorov-Smirnov between the scores of both classes. */
  private static double separation(double[] labels, double[] scores) {
    return KolmogorovSmirnov.withDefaults()
        .statistic(scoresOf(0, labels, scores), scoresOf(1, labels, scores));
  }

  private static double[] scoresOf(int label, double[] labels, double[] scores) {
    return IntStream.range(0, labels.length)
        .filter(row -> labels[row] == label)
        .mapToDouble(row -> scores[row])
        .toArray();
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
