package io.mlops4j.bench.live;

import io.mlops4j.monitor.stats.PopulationStability;
import io.mlops4j.monitor.stats.QuantileBins;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * The population stability index above a bound, as credit scoring has it: deciles of the reference
 * (a bin for each value where there are ten or fewer), the fifty most frequent categories and one
 * bin for the others, and a bin for missing values.
 */
record PsiRule(double bound) implements WindowRule {
  private static final int BINS = 10;
  private static final int CATEGORIES = 50;

  @Override
  public String name() {
    return String.format(Locale.ROOT, "psi%.2f", bound);
  }

  private boolean drifted(long[] reference, long[] current) {
    return PopulationStability.withDefaults().statistic(reference, current) > bound;
  }

  @Override
  public Predicate<double[]> numbers(double[] reference) {
    double[] present = present(reference);
    double[] distinct = Arrays.stream(present).distinct().limit(BINS + 1).sorted().toArray();
    if (distinct.length <= BINS) {
      long[] before = countEach(distinct, reference);
      return window -> drifted(before, countEach(distinct, window));
    }
    QuantileBins bins = QuantileBins.of(present, BINS);
    long[] before = count(bins, reference);
    return window -> drifted(before, count(bins, window));
  }

  /** A bin for each value, one for others and one for missing values. */
  private static long[] countEach(double[] distinct, double[] values) {
    long[] counts = new long[distinct.length + 2];
    for (double value : values) {
      int at = Arrays.binarySearch(distinct, value);
      counts[Double.isNaN(value) ? distinct.length + 1 : at >= 0 ? at : distinct.length]++;
    }
    return counts;
  }

  static double[] present(double[] values) {
    return Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
  }

  private static long[] count(QuantileBins bins, double[] values) {
    double[] present = present(values);
    long[] counts = Arrays.copyOf(bins.count(present), bins.size() + 1);
    counts[bins.size()] = (long) values.length - present.length;
    return counts;
  }

  @Override
  public Predicate<int[]> categories(int[] reference) {
    CategoryBins bins = CategoryBins.mostFrequent(reference, CATEGORIES);
    long[] before = bins.count(reference);
    return window -> drifted(before, bins.count(window));
  }
}
