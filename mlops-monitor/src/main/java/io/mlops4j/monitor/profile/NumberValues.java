package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.FloatSort;
import io.mlops4j.monitor.profile.internal.NumberBins;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the numbers of a reference until its bins can be cut: four bytes for a number that a float
 * can hold, eight for any other.
 *
 * <p>Numbers that take more than {@value #MOST_BYTES} bytes are sampled. Bins and counts are then
 * those of a uniform sample, scaled to all numbers. All other figures still cover all numbers. So
 * do the counts of a column that has no more distinct numbers than there are bins for single
 * numbers.
 */
final class NumberValues implements NumberGatherer {
  static final int MOST_BYTES = 1 << 22;

  /** A chunk is added whole before the numbers are thinned. */
  private static final int MOST_WORDS = MOST_BYTES / Integer.BYTES + 2 * Chunk.SIZE;

  private final String name;
  private final Role role;
  private final KeptNumbers floats = new KeptNumbers(1, MOST_WORDS);
  private final KeptNumbers doubles = new KeptNumbers(2, MOST_WORDS);
  private long missing;

  /** Counts all numbers, in the bins of the first ones; null unless numbers are sampled. */
  private @Nullable NumberCounter all;

  NumberValues(String name, Role role) {
    this.name = name;
    this.role = role;
  }

  @Override
  public NumberValues cleared() {
    return new NumberValues(name, role);
  }

  @Override
  public void take(Chunk chunk) {
    for (int i = 0; i < chunk.length; i++) {
      double value = chunk.values[i];
      float narrow = (float) value;
      if (narrow == value) {
        floats.add(narrow);
      } else if (!Double.isNaN(value)) {
        doubles.add(value);
      } else if (all == null) {
        missing++;
      }
    }
    if (all != null) {
      all.take(chunk);
    }
    while (Integer.BYTES * (floats.used() + doubles.used()) > MOST_BYTES) {
      thin();
    }
  }

  private void thin() {
    if (all == null) {
      all = counted();
      all.missing(missing);
    }
    floats.thin();
    doubles.thin();
  }

  @Override
  public void missing(long cells) {
    if (all == null) {
      missing += cells;
    } else {
      all.missing(cells);
    }
  }

  @Override
  public NumberProfile build() {
    NumberCounter kept = counted();
    if (all == null) {
      kept.missing(missing);
      return kept.build();
    }
    NumberProfile whole = all.build();
    return whole.bins().exact() && hasBinsForAll(whole) ? whole : scaled(kept.build(), whole);
  }

  /** Sorts first, so that bins and figures are the same for any order of the rows. */
  private NumberCounter counted() {
    double[] sorted = sorted();
    NumberCounter counter = counting(sorted);
    counter.add(sorted, sorted.length, new Chunk());
    return counter;
  }

  private double[] sorted() {
    double[] odd = doubles.doubles();
    Arrays.sort(odd);
    return merged(FloatSort.sorted(floats.words()), odd);
  }

  private NumberCounter counting(double[] sorted) {
    return new NumberCounter(name, role, NumberBins.of(sorted, sorted.length));
  }

  @Override
  public ColumnCounter counting() {
    return all == null ? counting(sorted()) : ColumnCounters.frozen(build());
  }

  private static boolean hasBinsForAll(NumberProfile whole) {
    long[] counts = whole.counts();
    long inBins = whole.infinite();
    for (int bin = 0; bin < counts.length; bin++) {
      inBins += whole.bins().isOneValue(bin) ? counts[bin] : 0;
    }
    return inBins == whole.present();
  }

  private NumberProfile scaled(NumberProfile sample, NumberProfile whole) {
    long[] counts = sample.counts();
    long below = 0;
    long scaledBelow = 0;
    for (int bin = 0; bin < counts.length; bin++) {
      below += counts[bin];
      long scaled = Math.multiplyExact(below, whole.present()) / sample.present();
      counts[bin] = scaled - scaledBelow;
      scaledBelow = scaled;
    }
    NumberBins bins = new NumberBins(sample.edges(), sample.positions(), false);
    return new NumberProfile(
        name,
        role,
        bins,
        counts,
        whole.missing(),
        whole.infinite(),
        whole.min(),
        whole.max(),
        whole.moments(),
        whole.registers());
  }

  private static double[] merged(double[] a, double[] b) {
    if (a.length == 0 || b.length == 0) {
      return a.length == 0 ? b : a;
    }
    double[] merged = new double[Math.addExact(a.length, b.length)];
    for (int i = 0, inA = 0, inB = 0; i < merged.length; i++) {
      boolean fromA = inB == b.length || (inA < a.length && a[inA] < b[inB]);
      merged[i] = fromA ? a[inA++] : b[inB++];
    }
    return merged;
  }
}
