package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.parts.NumberParts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Joins the bins of numbers to a dozen ranges with names: single values if there are few, otherwise
 * tenths of the reference, and the range beyond it on either side.
 */
final class ValueRanges {
  private static final int FEW = 12;
  private static final int TENTHS = 10;

  private final NumberProfile reference;
  private final double[] edges;
  private final boolean extremes;
  private final List<int[]> ranges = new ArrayList<>();

  ValueRanges(NumberPair pair) {
    this.reference = pair.reference();
    this.edges = NumberParts.edges(reference);
    this.extremes = pair.rules().extremes();
    int[] used = pair.used();
    if (reference.exact() && used.length <= FEW) {
      Arrays.stream(used).forEach(bin -> ranges.add(new int[] {bin}));
    } else {
      int[] group = groups();
      for (int first = 0, next; first < used.length; first = next) {
        next = first + 1;
        while (next < used.length && group[used[next]] == group[used[first]]) {
          next++;
        }
        ranges.add(Arrays.copyOfRange(used, first, next));
      }
    }
  }

  private int[] groups() {
    int[] group = Deciles.of(NumberParts.counts(reference));
    Arrays.setAll(group, bin -> group[bin] + 1);
    group[group.length - 1] = TENTHS + 1;
    group[0] = 0;
    return group;
  }

  List<String> names() {
    return ranges.stream().map(this::name).toList();
  }

  private String name(int[] bins) {
    int first = bins[0];
    int last = bins[bins.length - 1];
    if (edges.length == 0) {
      return "any number";
    }
    if (last == 0) {
      return "below " + (extremes ? Figures.of(least()) : "the reference");
    }
    if (first == edges.length) {
      return "above " + (extremes ? Figures.of(edges[first - 1]) : "the reference");
    }
    if (!extremes && (isAtLeast(first) || isAtGreatest(last))) {
      return withoutExtremes(first, last);
    }
    if (first == last && isOneValue(first)) {
      return Figures.of(edges[first]);
    }
    String[] ends = Figures.apart(low(first), edges[last]);
    return isGap(first, last)
        ? "between " + ends[0] + " and " + ends[1]
        : ends[0] + " to " + ends[1];
  }

  private String withoutExtremes(int first, int last) {
    if (isAtLeast(first) && isAtGreatest(last)) {
      return "in the reference's range";
    }
    if (first == last && isOneValue(first)) {
      return isAtLeast(first) ? "the least number" : "the greatest number";
    }
    return isAtLeast(first)
        ? "up to " + Figures.of(edges[last])
        : "from " + Figures.of(low(first)) + " on";
  }

  private boolean isAtLeast(int first) {
    return low(first) <= least();
  }

  /** Whether a range ends at the greatest number of the reference, or just below it. */
  private boolean isAtGreatest(int last) {
    return edges[last] >= Math.nextDown(edges[edges.length - 1]);
  }

  private double low(int bin) {
    if (bin == 1) {
      return least();
    }
    return isOneValue(bin) ? edges[bin] : edges[bin - 1];
  }

  /** The least number of the reference, which is just above the first edge. */
  private double least() {
    return Math.nextUp(edges[0]) + 0.0; // avoids showing -0
  }

  private boolean isOneValue(int bin) {
    return Math.nextUp(edges[bin - 1]) == edges[bin];
  }

  /** Whether the range is one bin between two numbers of the reference. */
  private boolean isGap(int first, int last) {
    return reference.exact() && first == last;
  }

  /** The rows of each range. */
  long[] sums(long[] counts) {
    return ranges.stream()
        .mapToLong(bins -> Arrays.stream(bins).mapToLong(bin -> counts[bin]).sum())
        .toArray();
  }

  /** The parts of each range. */
  double[] sums(double[] parts) {
    return ranges.stream()
        .mapToDouble(bins -> Arrays.stream(bins).mapToDouble(bin -> parts[bin]).sum())
        .toArray();
  }
}
