package io.mlops4j.monitor.profile;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Counts numbers in frozen bins; keeps no row. */
final class NumberCounter implements Counter {
  private final String name;
  private final Role role;
  private final NumberBins bins;
  private final long[] counts;
  private final Moments moments = new Moments();
  private long missing;
  private long infinite;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  NumberCounter(String name, Role role, NumberBins bins) {
    this.name = name;
    this.role = role;
    this.bins = bins;
    this.counts = new long[bins.size()];
  }

  @Override
  public Kind kind() {
    return Kind.NUMBERS;
  }

  @Override
  public void add(FieldVector column, DictionaryProvider dictionaries) {
    Cells.numbers(column, this::add);
  }

  void add(double[] values, int length) {
    for (int i = 0; i < length; i++) {
      double value = values[i];
      if (Double.isNaN(value)) {
        missing++;
      } else {
        counts[bins.indexOf(value)]++;
        if (Double.isInfinite(value)) {
          infinite++;
        } else {
          moments.add(value);
          min = Math.min(min, value);
          max = Math.max(max, value);
        }
      }
    }
  }

  void addMissing(long cells) {
    missing += cells;
  }

  @Override
  public NumberProfile build() {
    ExactMoments exact = moments.exact();
    boolean none = exact.count() == 0;
    return new NumberProfile(
        name,
        role,
        bins,
        counts.clone(),
        missing,
        infinite,
        none ? Double.NaN : min,
        none ? Double.NaN : max,
        exact);
  }
}
