package io.mlops4j.monitor.quality;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds a change of unit: all quantiles are a known factor of the reference's. */
final class Units {
  static final int FEWEST = 50;
  static final double BOUND = 1.25;

  private static final double SPREAD = 0.15;

  /** Of orders of magnitude: no other shape of the values explains a thousand. */
  private static final double SPREAD_OF_SIZE = 0.1;

  private static final double NEAR = 0.05;

  private record Unit(double factor, String words) {}

  private static final List<Unit> KNOWN =
      List.of(
          new Unit(1.609344, "kilometres in a mile"),
          new Unit(1.852, "kilometres in a nautical mile"),
          new Unit(2.20462, "pounds in a kilogram"),
          new Unit(2.54, "centimetres in an inch"),
          new Unit(3.28084, "feet in a metre"),
          new Unit(3.6, "kilometres an hour in a metre a second"),
          new Unit(4.184, "joules in a calorie"),
          new Unit(7, "days in a week"),
          new Unit(10, "a power of ten"),
          new Unit(12, "months in a year"),
          new Unit(24, "hours in a day"),
          new Unit(28.3495, "grams in an ounce"),
          new Unit(60, "seconds in a minute, minutes in an hour"),
          new Unit(100, "a percentage and a share, or a power of ten"),
          new Unit(1000, "a power of ten"),
          new Unit(1024, "binary thousands"),
          new Unit(1440, "minutes in a day"),
          new Unit(3600, "seconds in an hour"),
          new Unit(86_400, "seconds in a day"),
          new Unit(1e6, "a power of ten"),
          new Unit(1e9, "a power of ten"));

  /** The ratio of the values to those of the reference. */
  record Ratio(double factor) {
    double size() {
      return Math.exp(Math.abs(Math.log(factor)));
    }

    /** In units of the bound, on a logarithmic scale. */
    double relative() {
      return Math.log(size()) / Math.log(BOUND);
    }

    /**
     * Returns the change of unit that it suggests; empty for none. Where healthy periods have
     * ratios of their own, a factor need only be met as closely as those allow, but then the ratio
     * must lie as far above the bound.
     *
     * @param bound the largest ratio that is healthy, at least {@link #BOUND}
     */
    String words(double bound) {
      double learned = bound / BOUND;
      double near = size() >= bound * learned ? Math.max(1 + NEAR, learned) : 1 + NEAR;
      return KNOWN.stream()
          .filter(unit -> away(unit) <= near)
          .min(Comparator.comparingDouble(this::away))
          .map(unit -> unit.words() + ": " + unit.factor())
          .orElse("");
    }

    private double away(Unit unit) {
      return Math.exp(Math.abs(Math.log(size() / unit.factor())));
    }
  }

  private Units() {}

  /** Measures the ratio; empty if the quantiles have no common one. */
  static Optional<Ratio> measure(double[] values, double[] referenceQuantiles) {
    if (values.length < FEWEST) {
      return Optional.empty();
    }
    Arrays.sort(values);
    return ratio(Marginal.Numbers.quantiles(values), referenceQuantiles);
  }

  /** Returns the ratio that all quantiles have in common; empty if they have none. */
  static Optional<Ratio> ratio(double[] quantiles, double[] referenceQuantiles) {
    double[] ratios = new double[quantiles.length];
    int found = 0;
    for (int i = 0; i < quantiles.length; i++) {
      double ratio = quantiles[i] / referenceQuantiles[i];
      if (ratio > 0 && Double.isFinite(ratio)) {
        ratios[found++] = ratio;
      }
    }
    boolean differ =
        Arrays.stream(referenceQuantiles).distinct().count() == referenceQuantiles.length;
    if (found < ratios.length || !differ) {
      return Optional.empty();
    }
    Arrays.sort(ratios);
    double median = ratios[ratios.length / 2];
    Ratio ratio = new Ratio(median);
    double spread = Math.pow(ratio.size(), SPREAD_OF_SIZE);
    boolean common =
        ratios[0] >= median * Math.min(1 - SPREAD, 1 / spread)
            && ratios[ratios.length - 1] <= median * Math.max(1 + SPREAD, spread);
    return common ? Optional.of(ratio) : Optional.empty();
  }
}
