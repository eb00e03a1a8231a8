package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.stats.QuantileBins;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;

/**
 * Fixed bins of a score, each on one side of the decision, and the precision of the reference's
 * share of events in them. Each distinct score of the reference has a bin of its own, if there are
 * few enough; otherwise the edges are quantiles. Neighbouring bins with about 1 / 32 of the
 * reference form a group, whose share of events the reference has measured.
 */
final class ScoreBins {
  private static final int MOST = 1024;
  static final int GROUPS = 32;

  private final double[] edges;
  private final int firstPredicted;
  private final int[] groups;
  private final double[] variances;

  /** Takes the reference's scores in ascending order, at least one. */
  ScoreBins(double[] scores, double threshold, DoubleUnaryOperator probability) {
    double[] distinct = Arrays.stream(scores).map(score -> score + 0.0).distinct().toArray();
    double[] between =
        distinct.length <= MOST
            ? Arrays.copyOf(distinct, distinct.length - 1)
            : QuantileBins.of(scores, MOST).edges();
    double belowThreshold = Math.nextDown(threshold);
    edges =
        DoubleStream.concat(Arrays.stream(between), DoubleStream.of(belowThreshold))
            .sorted()
            .distinct()
            .toArray();
    firstPredicted = indexOf(threshold);
    groups = new int[size()];
    variances = new double[GROUPS];
    measure(scores, probability);
  }

  private void measure(double[] scores, DoubleUnaryOperator probability) {
    long[] rows = new long[GROUPS];
    double[] events = new double[GROUPS];
    int row = 0;
    for (int bin = 0; bin < groups.length; bin++) {
      int group = (int) Math.min((long) row * GROUPS / scores.length, GROUPS - 1);
      groups[bin] = group;
      for (; row < scores.length && indexOf(scores[row]) == bin; row++) {
        rows[group]++;
        events[group] += probability.applyAsDouble(scores[row]);
      }
    }
    for (int group = 0; group < GROUPS; group++) {
      // a share of 0 or 1 among a few rows is uncertain, so one event and one other row are added
      double share = (events[group] + 1) / (rows[group] + 2);
      variances[group] = share * (1 - share) / Math.max(1, rows[group]);
    }
  }

  int size() {
    return edges.length + 1;
  }

  /** A number that differs between the bins and probabilities of other rows, almost always. */
  int identity(DoubleUnaryOperator probability) {
    double[] atEdges = Arrays.stream(edges).map(probability).toArray();
    int fitted = 31 * Arrays.hashCode(atEdges) + Arrays.hashCode(variances);
    return 31 * fitted + Arrays.hashCode(edges);
  }

  /** The bin of any score but NaN. */
  int indexOf(double score) {
    return PlacementMean.places(edges, score, false);
  }

  /** Scores of this bin and those above predict the event. */
  int firstPredicted() {
    return firstPredicted;
  }

  int group(int bin) {
    return groups[bin];
  }

  /** The variance of the share of events in a group, as the reference measured it. */
  double variance(int group) {
    return variances[group];
  }
}
