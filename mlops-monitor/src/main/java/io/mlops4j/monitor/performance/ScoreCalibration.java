package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.stats.QuantileBins;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Turns a score into the probability of the event, by isotonic regression or unchanged. */
final class ScoreCalibration {
  private static final int FOLDS = 10;
  private static final int BINS = 10;
  private static final double SEPARATED = 0.999;

  private final @Nullable Isotonic isotonic;
  private final String reason;

  private ScoreCalibration(@Nullable Isotonic isotonic, String reason) {
    this.isotonic = isotonic;
    this.reason = reason;
  }

  /**
   * Fits labelled rows.
   *
   * @param scores finite, in ascending order, at least one
   * @param labels 0 or 1 for each score
   */
  static ScoreCalibration fit(double[] scores, double[] labels) {
    boolean areProbabilities = scores[0] >= 0 && scores[scores.length - 1] <= 1;
    boolean areOneClass = Arrays.stream(labels).allMatch(label -> label == labels[0]);
    if (areOneClass && !areProbabilities) {
      throw new IllegalArgumentException(
          "all %s reference labels are %.0f, and scores from %s to %s are no probabilities: add rows of both classes"
              .formatted(labels.length, labels[0], scores[0], scores[scores.length - 1]));
    }
    if (areOneClass) {
      return new ScoreCalibration(
          null, "not calibrated, because all reference labels are of one class");
    }
    if (!areProbabilities) {
      return new ScoreCalibration(
          Isotonic.fit(scores, labels), "calibrated, because the scores are no probabilities");
    }
    if (BinaryPerformance.of(labels, scores).rocAuc().orElse(0) > SEPARATED) {
      return new ScoreCalibration(
          null, "not calibrated, because the scores separate the reference (ROC AUC above 0.999)");
    }
    return gain(scores, labels) > 0
        ? new ScoreCalibration(
            Isotonic.fit(scores, labels), "calibrated, which lowers the calibration error")
        : new ScoreCalibration(
            null, "not calibrated, because that does not lower the calibration error");
  }

  /**
   * Returns by how much a calibration lowers the error of rows that it was not fitted on, added
   * over the folds.
   */
  private static double gain(double[] scores, double[] labels) {
    int[] folds = folds(labels);
    double gain = 0;
    for (int fold = 0; fold < FOLDS; fold++) {
      int left = fold;
      int[] held = IntStream.range(0, folds.length).filter(row -> folds[row] == left).toArray();
      if (held.length > 0 && held.length < folds.length) {
        int[] others = IntStream.range(0, folds.length).filter(row -> folds[row] != left).toArray();
        Isotonic fit = Isotonic.fit(at(others, scores), at(others, labels));
        gain += gain(fit, at(held, scores), at(held, labels));
      }
    }
    return gain;
  }

  /** Deals the rows of each class to the folds in random order, always the same one. */
  private static int[] folds(double[] labels) {
    SplittableRandom random = new SplittableRandom(0);
    int[] folds = new int[labels.length];
    for (int label = 0; label <= 1; label++) {
      int wanted = label;
      int[] rows = IntStream.range(0, labels.length).filter(row -> labels[row] == wanted).toArray();
      for (int i = rows.length - 1; i >= 0; i--) {
        int other = random.nextInt(i + 1);
        folds[rows[other]] = i % FOLDS;
        rows[other] = rows[i];
      }
    }
    return folds;
  }

  private static double[] at(int[] rows, double[] values) {
    return Arrays.stream(rows).mapToDouble(row -> values[row]).toArray();
  }

  /**
   * Both errors use the same bins of the score. Calibrated probabilities are often equal, so their
   * own bins would be fewer, and fewer bins have less error by chance.
   */
  private static double gain(Isotonic fit, double[] scores, double[] labels) {
    QuantileBins bins = QuantileBins.of(scores, BINS);
    double[] before = new double[bins.size()];
    double[] after = new double[bins.size()];
    for (int row = 0; row < scores.length; row++) {
      int bin = bins.indexOf(scores[row]);
      before[bin] += scores[row] - labels[row];
      after[bin] += fit.at(scores[row]) - labels[row];
    }
    return (size(before) - size(after)) / scores.length;
  }

  private static double size(double[] gaps) {
    return Arrays.stream(gaps).map(Math::abs).sum();
  }

  boolean isCalibrated() {
    return isotonic != null;
  }

  /** Whether the scores are calibrated, and why. */
  String reason() {
    return reason;
  }

  /** The probability of the event in [0, 1] at any score but NaN. */
  double probability(double score) {
    return isotonic == null ? Math.max(0, Math.min(1, score)) : isotonic.at(score);
  }
}
