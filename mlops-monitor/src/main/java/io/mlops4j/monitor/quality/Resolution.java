package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.profile.NumberProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds numbers that are suddenly rounded. The reference needs no counter of its own, because the
 * edges of its bins are values of its rows.
 */
final class Resolution {
  /** Enough for a difference of shares of 0.3. */
  static final int VALUES = 128;

  private static final int FIRST_VALUES = 32;
  static final double MARGIN = 0.3;

  /** The relative error of a float. */
  private static final double FLOAT_ERROR = 0x1p-24;

  /** Coarse numbers, and the share of the reference's numbers among them. */
  private record Grid(String words, DoublePredicate holds, double share) {}

  /** The share of numbers on a grid. */
  record Found(String grid, Excess excess) {}

  private final List<Grid> grids;
  private final long referenceValues;

  private Resolution(List<Grid> grids, long referenceValues) {
    this.grids = grids;
    this.referenceValues = referenceValues;
  }

  /** Returns the grids that matter, the coarsest first; null if there is none. */
  static @Nullable Resolution of(NumberProfile reference) {
    double[] edges = reference.edges();
    long[] counts = reference.counts();
    double[] values = new double[edges.length];
    double[] weights = new double[edges.length];
    double total = 0;
    for (int i = 1; i < edges.length; i++) { // edge 0 lies below the smallest value
      values[i] = edges[i];
      weights[i] = reference.exact() ? counts[i] : 1;
      weights[i] = edges[i] == 0 || counts[i] == 0 ? 0 : weights[i];
      total += weights[i];
    }
    double width = reference.quantile(0.95) - reference.quantile(0.05);
    List<Grid> grids = new ArrayList<>();
    for (int power = 6; power >= -6; power--) {
      double step = Math.pow(10, power);
      if (width >= 2 * step) {
        String words = "multiples of " + io.mlops4j.monitor.internal.Figures.of(step);
        add(grids, words, value -> isMultiple(value, step), values, weights, total);
      }
    }
    add(grids, "numbers of at most 8 binary digits", v -> digits(v) <= 8, values, weights, total);
    add(grids, "numbers of at most 11 binary digits", v -> digits(v) <= 11, values, weights, total);
    return total < 10 || grids.isEmpty() ? null : new Resolution(grids, (long) total);
  }

  private static void add(
      List<Grid> grids,
      String words,
      DoublePredicate holds,
      double[] values,
      double[] weights,
      double total) {
    double on = 0;
    for (int i = 0; i < values.length; i++) {
      on += weights[i] > 0 && holds.test(values[i]) ? weights[i] : 0;
    }
    if (on <= 0.5 * total) {
      grids.add(new Grid(words, holds, on / total));
    }
  }

  private static boolean isMultiple(double value, double step) {
    double steps = value / step;
    return Math.abs(steps - Math.rint(steps)) <= FLOAT_ERROR * Math.abs(steps);
  }

  private static int digits(double value) {
    long fraction = Double.doubleToRawLongBits(value) & 0xf_ffff_ffff_ffffL;
    return 53 - Math.min(52, Long.numberOfTrailingZeros(fraction));
  }

  /**
   * Measures the grid on which the share exceeds the reference's most; empty with too few values.
   *
   * @param factor of the margin, by how much healthy periods differ
   */
  Optional<Found> measure(double[] values, double factor, double level) {
    double margin = factor * MARGIN;
    Found worst = null;
    for (Grid grid : grids) {
      int on = 0;
      int seen = 0;
      for (double value : values) {
        if (value != 0) {
          seen++;
          on += grid.holds().test(value) ? 1 : 0;
        }
        if (seen == FIRST_VALUES && on < seen * (grid.share() + margin) / 2) {
          break;
        }
      }
      if (seen < FIRST_VALUES) {
        return Optional.empty();
      }
      Excess excess = Excess.withMargin(on, seen, grid.share(), referenceValues, margin, level);
      if (worst == null
          || (!worst.excess().failed() && excess.relative() > worst.excess().relative())) {
        worst = new Found(grid.words(), excess);
      }
    }
    return Optional.ofNullable(worst);
  }
}
