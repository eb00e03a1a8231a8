package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.performance.ClassEstimator.ClassSums;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Figures of several classes to expect, from the sums of each class. A figure has two slopes for
 * each class: its derivative by the outcome of a row that was predicted as the class, and of one
 * that was not. The classes of one row exclude each other, so the variance of the realised figure
 * is at most {@code sum q slope^2}, and exactly {@code sum q (1 - q) slope^2} if only the predicted
 * rows have slopes. The reference's own error moves all rows of a group of a class together.
 */
final class ExpectedClasses {
  private static final Metric NO_ROWS = new Metric.Undefined("no row has probabilities");

  private final List<ScoreEstimator> classes;
  private final List<ClassSums> sums;
  private final double rows;

  ExpectedClasses(List<ScoreEstimator> classes, List<ClassSums> sums, long rows) {
    this.classes = classes;
    this.sums = sums;
    this.rows = rows;
  }

  /** A part of a figure, and its slopes by rows that were predicted as the class and others. */
  private record Term(double value, double ofPredicted, double ofOthers) {}

  /** What one class adds. */
  private interface Part {
    Term of(double hits, double misses, double predicted);
  }

  /** All figures by name. */
  Map<String, Metric> all(Metric rocAuc) {
    Map<String, Metric> all = new LinkedHashMap<>();
    all.put("accuracy", accuracy());
    all.put("precision_macro", precision());
    all.put("recall_macro", recall());
    all.put("f1_macro", f1());
    all.put("roc_auc_ovr", rocAuc);
    return all;
  }

  private Metric accuracy() {
    return sum((hits, misses, predicted) -> new Term(hits / rows, 1 / rows, 0));
  }

  private Metric precision() {
    return mean(
        (hits, misses, predicted) ->
            predicted == 0 ? new Term(0, 0, 0) : new Term(hits / predicted, 1 / predicted, 0));
  }

  private Metric recall() {
    return mean(
        (hits, misses, predicted) -> {
          double expected = hits + misses;
          double recall = expected == 0 ? 0 : hits / expected;
          return expected == 0
              ? new Term(0, 0, 0)
              : new Term(recall, (1 - recall) / expected, -recall / expected);
        });
  }

  private Metric f1() {
    return mean(
        (hits, misses, predicted) -> {
          double both = predicted + hits + misses;
          double f1 = both == 0 ? 0 : 2 * hits / both;
          return both == 0 ? new Term(0, 0, 0) : new Term(f1, (2 - f1) / both, -f1 / both);
        });
  }

  /** The mean of the classes that are predicted or expected. */
  private Metric mean(Part part) {
    double used =
        sums.stream()
            .filter(one -> one.predicted() + one.events(true) + one.events(false) > 0)
            .count();
    return sum(
        (hits, misses, predicted) -> {
          Term term = part.of(hits, misses, predicted);
          return new Term(term.value / used, term.ofPredicted / used, term.ofOthers / used);
        });
  }

  private Metric sum(Part part) {
    if (rows == 0) {
      return NO_ROWS;
    }
    double value = 0;
    double variance = 0;
    for (int c = 0; c < sums.size(); c++) {
      ClassSums of = sums.get(c);
      Term term = part.of(of.events(true), of.events(false), of.predicted());
      double squared = term.ofPredicted * term.ofPredicted;
      value += term.value;
      variance +=
          term.ofOthers == 0
              ? of.spread() * squared
              : of.events(true) * squared + of.events(false) * term.ofOthers * term.ofOthers;
      for (int group = 0; group < ScoreBins.GROUPS; group++) {
        double together =
            of.rows(group, true) * term.ofPredicted + of.rows(group, false) * term.ofOthers;
        variance += classes.get(c).variance(group) * together * together;
      }
    }
    return new Metric.Value(value, Math.sqrt(variance));
  }
}
