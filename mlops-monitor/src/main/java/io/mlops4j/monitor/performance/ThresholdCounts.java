package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** How many rows of each class reach each distinct score, highest first, after an infinite one. */
final class ThresholdCounts {
  private final double[] thresholds;
  private final int[] hits;
  private final int[] alarms;
  private final int last;

  /** Takes the scores of each class in ascending order; at least one positive. */
  ThresholdCounts(double[] positives, double[] negatives) {
    int most = positives.length + negatives.length + 1;
    thresholds = new double[most];
    hits = new int[most];
    alarms = new int[most];
    thresholds[0] = Double.POSITIVE_INFINITY;
    int p = positives.length;
    int n = negatives.length;
    int at = 0;
    while (p > 0 || n > 0) {
      double score =
          p == 0 || (n > 0 && negatives[n - 1] > positives[p - 1])
              ? negatives[n - 1]
              : positives[p - 1];
      while (p > 0 && positives[p - 1] == score) {
        p--;
      }
      while (n > 0 && negatives[n - 1] == score) {
        n--;
      }
      thresholds[++at] = score;
      hits[at] = positives.length - p;
      alarms[at] = negatives.length - n;
    }
    last = at;
  }

  static List<CurvePoint> none(int most) {
    check(most);
    return List.of();
  }

  private static void check(int most) {
    if (most < 2) {
      throw new IllegalArgumentException(
          "most = " + most + ": a curve needs at least its two ends");
    }
  }

  List<CurvePoint> rocCurve(int most) {
    return points(most, at -> isBent(hits, at) || isBent(alarms, at));
  }

  private static boolean isBent(int[] counts, int at) {
    return counts[at + 1] - counts[at] != counts[at] - counts[at - 1];
  }

  List<CurvePoint> precisionRecallCurve(int most) {
    return points(most, at -> hits[at - 1] != hits[at] || hits[at] != hits[at + 1]);
  }

  private CurvePoint point(int at) {
    return new CurvePoint(thresholds[at], share(hits, at), share(alarms, at), precision(at));
  }

  private double precision(int at) {
    return at == 0 ? 1 : hits[at] / ((double) hits[at] + alarms[at]);
  }

  private double share(int[] counts, int at) {
    return counts[last] == 0 ? 0 : (double) counts[at] / counts[last];
  }

  /** Both ends of the scores and the infinite threshold are needed always. */
  private List<CurvePoint> points(int most, IntPredicate isNeeded) {
    return places(most, isNeeded).mapToObj(this::point).toList();
  }

  private IntStream places(int most, IntPredicate isNeeded) {
    check(most);
    int[] needed =
        IntStream.rangeClosed(0, last)
            .filter(at -> at <= 1 || at == last || isNeeded.test(at))
            .toArray();
    if (needed.length <= most) {
      return Arrays.stream(needed);
    }
    double[] along =
        Arrays.stream(needed).mapToDouble(at -> share(hits, at) + share(alarms, at)).toArray();
    double length = along[along.length - 1];
    return IntStream.range(0, most)
        .map(k -> PlacementMean.places(along, length * k / (most - 1), false))
        .distinct()
        .map(k -> needed[k]);
  }
}
