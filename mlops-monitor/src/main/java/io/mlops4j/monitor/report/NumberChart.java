package io.mlops4j.monitor.report;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.NumberProfile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Draws numbers: a few values as columns, many as densities. */
final class NumberChart {
  private static final int COLUMNS = 31;
  private static final int CELLS = 50;

  private NumberChart() {}

  static Chart of(ShownColumn<NumberProfile> pair) {
    int[] used = used(pair);
    return pair.reference().exact() && used.length > 0 && used.length <= COLUMNS
        ? columns(pair, used)
        : density(pair);
  }

  private static int[] used(ShownColumn<NumberProfile> pair) {
    long[] before = pair.reference().counts();
    long[] after = pair.current().counts();
    return IntStream.range(0, before.length).filter(bin -> before[bin] + after[bin] > 0).toArray();
  }

  private static Chart columns(ShownColumn<NumberProfile> pair, int[] used) {
    double[] edges = pair.reference().edges();
    boolean extremes = pair.rules().extremes();
    List<String> names =
        Arrays.stream(used)
            .mapToObj(bin -> extremes ? name(edges, bin) : nameWithoutExtremes(edges, bin))
            .toList();
    return new ColumnChart(names, shares(pair.reference(), used), shares(pair.current(), used));
  }

  /** The value of a bin with one value; the limits of a gap. */
  private static String name(double[] edges, int bin) {
    if (bin == 0) {
      return "\u2264 " + Figures.of(edges[0]);
    }
    if (bin == edges.length) {
      return "> " + Figures.of(edges[bin - 1]);
    }
    return Math.nextUp(edges[bin - 1]) == edges[bin]
        ? Figures.of(edges[bin])
        : Figures.of(edges[bin - 1]) + "\u2013" + Figures.of(edges[bin]);
  }

  private static String nameWithoutExtremes(double[] edges, int bin) {
    if (bin == 0 || bin == edges.length) {
      return bin == 0 ? "below" : "above";
    }
    double greatest = edges[edges.length - 1];
    boolean atLeast = edges[bin - 1] <= Math.nextUp(edges[0]);
    boolean atGreatest = edges[bin] >= Math.nextDown(greatest);
    if (!atLeast && !atGreatest) {
      return name(edges, bin);
    }
    if (Math.nextUp(edges[bin - 1]) == edges[bin]) {
      return atLeast ? "least" : "greatest";
    }
    return "\u2026";
  }

  private static double[] shares(NumberProfile side, int[] bins) {
    long[] counts = side.counts();
    double all = Math.max(1, side.present());
    return Arrays.stream(bins).mapToDouble(bin -> counts[bin] / all).toArray();
  }

  /**
   * Draws the range from the lower to the upper half per cent, so that a single outlier does not
   * flatten the curve.
   */
  private static Chart density(ShownColumn<NumberProfile> pair) {
    double low = least(pair.reference().quantile(0.005), pair.current().quantile(0.005));
    double high = -least(-pair.reference().quantile(0.995), -pair.current().quantile(0.995));
    if (!(high > low)) {
      high = low + 1;
    }
    return new DensityChart(
        low,
        high,
        pair.rules().extremes(),
        cells(pair.reference(), low, high),
        cells(pair.current(), low, high));
  }

  /** The lesser of two values, each NaN if there is none; 0 if both are NaN. */
  private static double least(double a, double b) {
    double least = Double.isNaN(a) || b < a ? b : a;
    return Double.isNaN(least) ? 0 : least;
  }

  /** Spreads the rows of each bin evenly over the bin. */
  private static double[] cells(NumberProfile side, double low, double high) {
    double[] cells = new double[CELLS];
    double[] edges = side.edges();
    long[] counts = side.counts();
    for (int bin = 0; bin < counts.length; bin++) {
      if (counts[bin] > 0) {
        double from = bin == 0 ? side.min() : Math.max(edges[bin - 1], side.min());
        double to = bin == edges.length ? side.max() : Math.min(edges[bin], side.max());
        double share = (double) counts[bin] / side.present();
        spread(
            cells, (from - low) / (high - low) * CELLS, (to - low) / (high - low) * CELLS, share);
      }
    }
    return cells;
  }

  /**
   * Spreads a share.
   *
   * @param from the left end, in cells
   * @param to the right end, in cells
   */
  private static void spread(double[] cells, double from, double to, double share) {
    if (to - from < 1e-9) {
      int cell = (int) Math.floor(to);
      if (to >= 0 && to <= CELLS) {
        cells[Math.min(cell, CELLS - 1)] += share;
      }
      return;
    }
    int first = (int) Math.max(0, Math.floor(from));
    int last = (int) Math.min(CELLS, Math.ceil(to));
    for (int cell = first; cell < last; cell++) {
      double overlap = Math.min(to, cell + 1) - Math.max(from, cell);
      cells[cell] += Math.max(0, overlap) / (to - from) * share;
    }
  }
}
