package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Figures to expect of rows without labels, from the sums of each bin. The slope of a figure is its
 * derivative by the outcome of a row of the bin. Outcomes are independent given the probabilities,
 * so the variance of the realised figure is {@code sum spread slope^2}; the reference's own error
 * moves all rows of a group together and adds {@code variance (sum rows slope)^2} for each group.
 */
final class ExpectedFigures {
  static final String ROC_AUC = "roc_auc";

  private final ScoreBins bins;
  private final long[] rows;
  private final double[] events;
  private final double[] spread;
  private final double trueNegatives;
  private final double falsePositives;
  private final double falseNegatives;
  private final double truePositives;

  /**
   * @param rows the number of rows of each bin
   * @param events the sum of their probabilities p
   * @param spread the sum of p (1 - p)
   */
  ExpectedFigures(ScoreBins bins, long[] rows, double[] events, double[] spread) {
    this.bins = bins;
    this.rows = rows;
    this.events = events;
    this.spread = spread;
    double[] of = new double[4];
    for (int bin = 0; bin < rows.length; bin++) {
      int predicted = isPredicted(bin) ? 1 : 0;
      of[predicted] += rows[bin] - events[bin];
      of[2 + predicted] += events[bin];
    }
    this.trueNegatives = of[0];
    this.falsePositives = of[1];
    this.falseNegatives = of[2];
    this.truePositives = of[3];
  }

  private boolean isPredicted(int bin) {
    return bin >= bins.firstPredicted();
  }

  /** All figures by name. */
  Map<String, Metric> all() {
    Map<String, Metric> all = new LinkedHashMap<>();
    all.put("accuracy", accuracy());
    all.put("precision", precision());
    all.put("recall", recall());
    all.put("f1", f1());
    all.put(ROC_AUC, rocAuc());
    all.put("true_negatives", metric(trueNegatives, 0, -1));
    all.put("false_positives", metric(falsePositives, -1, 0));
    all.put("false_negatives", metric(falseNegatives, 0, 1));
    all.put("true_positives", metric(truePositives, 1, 0));
    return all;
  }

  private double predicted() {
    return truePositives + falsePositives;
  }

  private long count() {
    return Arrays.stream(rows).sum();
  }

  private Metric accuracy() {
    double n = count();
    if (n == 0) {
      return new Metric.Undefined("no row has a score");
    }
    return metric((truePositives + trueNegatives) / n, 1 / n, -1 / n);
  }

  private Metric precision() {
    double predicted = predicted();
    return predicted == 0
        ? new Metric.Undefined("no row was predicted positive")
        : metric(truePositives / predicted, 1 / predicted, 0);
  }

  private Metric recall() {
    double expected = truePositives + falseNegatives;
    if (expected == 0) {
      return new Metric.Undefined("no event is expected");
    }
    double recall = truePositives / expected;
    return metric(recall, (1 - recall) / expected, -recall / expected);
  }

  private Metric f1() {
    double denominator = predicted() + truePositives + falseNegatives;
    if (denominator == 0) {
      return new Metric.Undefined("no row was predicted positive, and no event is expected");
    }
    double f1 = 2 * truePositives / denominator;
    return metric(f1, (2 - f1) / denominator, -f1 / denominator);
  }

  /** A figure with one slope for rows that were predicted positive and one for the others. */
  private Metric metric(double value, double ofPredicted, double ofOthers) {
    return metric(value, bin -> isPredicted(bin) ? ofPredicted : ofOthers);
  }

  private Metric metric(double value, IntToDoubleFunction slope) {
    double variance = 0;
    double[] together = new double[ScoreBins.GROUPS];
    for (int bin = 0; bin < rows.length; bin++) {
      double ofBin = slope.applyAsDouble(bin);
      variance += spread[bin] * ofBin * ofBin;
      together[bins.group(bin)] += rows[bin] * ofBin;
    }
    for (int group = 0; group < together.length; group++) {
      variance += bins.variance(group) * together[group] * together[group];
    }
    return new Metric.Value(value, Math.sqrt(variance));
  }

  /** The probability that a row with the event is in a higher bin than one without; ties half. */
  private Metric rocAuc() {
    double positives = Arrays.stream(events).sum();
    double negatives = count() - positives;
    if (positives <= 0 || negatives <= 0) {
      return new Metric.Undefined(
          count() == 0 ? "no row has a score" : "only one class is expected");
    }
    double[] slopes = new double[rows.length];
    double area = 0;
    double below = 0;
    double above = positives;
    for (int bin = 0; bin < rows.length; bin++) {
      double others = rows[bin] - events[bin];
      double shareBelow = (below + others / 2) / negatives;
      double shareAbove = (above - events[bin] / 2) / positives;
      area += events[bin] / positives * shareBelow;
      slopes[bin] = shareBelow / positives - shareAbove / negatives;
      below += others;
      above -= events[bin];
    }
    double found = area;
    double shift = found / negatives - found / positives;
    return metric(found, bin -> slopes[bin] + shift);
  }
}
