package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.BinLookup;
import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.FloatMoments;
import io.mlops4j.monitor.profile.internal.GatheredCells;
import io.mlops4j.monitor.profile.internal.HyperLogLog;
import io.mlops4j.monitor.profile.internal.Moments;
import io.mlops4j.monitor.profile.internal.NumberBins;
import java.util.Arrays;

/** Counts numbers in frozen bins. Keeps no rows. */
final class NumberCounter implements NumberGatherer {
  private final String name;
  private final Role role;
  private final NumberBins bins;
  private final BinLookup lookup;
  private final long[] even;
  private final long[] odd;
  private final Moments moments = new Moments();
  private final FloatMoments floats = new FloatMoments(moments);
  private final HyperLogLog distinct = new HyperLogLog();
  private final GatheredCells gathered = new GatheredCells();
  private long missing;
  private long infinite;

  NumberCounter(String name, Role role, NumberBins bins) {
    this.name = name;
    this.role = role;
    this.bins = bins;
    this.lookup = bins.lookup();
    this.even = new long[bins.size()];
    this.odd = new long[bins.size()];
  }

  @Override
  public void take(Chunk chunk) {
    if (!gathered.take(chunk)) {
      count(chunk);
    } else if (gathered.isFull()) {
      countGathered(chunk);
    }
  }

  private void countGathered(Chunk scratch) {
    if (gathered.moveTo(scratch)) {
      count(scratch);
    }
  }

  private void count(Chunk chunk) {
    int odds =
        chunk.floats
            ? floats.add(chunk.bits, chunk.values, chunk.length, chunk.odd)
            : moments.add(chunk.values, chunk.length, chunk.odd);
    if (odds > 0 && addOdd(chunk.odd, odds) > 0) {
      chunk.keepFinite();
    }
    lookup.count(chunk.values, chunk.length, even, odd);
    distinct.add(chunk);
  }

  /**
   * Adds the values that the moments did not take, and returns the number of those that are not
   * finite.
   */
  private int addOdd(double[] values, int length) {
    int finite = 0;
    for (int i = 0; i < length; i++) {
      double value = values[i];
      if (Double.isFinite(value)) {
        moments.add(value);
        finite++;
      } else if (Double.isNaN(value)) {
        missing++;
      } else {
        infinite++;
        even[value > 0 ? even.length - 1 : 0]++;
        distinct.add(value);
      }
    }
    return length - finite;
  }

  /** Adds numbers that are not NaN and not -0. */
  void add(double[] values, int length, Chunk chunk) {
    chunk.floats = false;
    for (int from = 0; from < length; from += Chunk.SIZE) {
      chunk.length = Math.min(Chunk.SIZE, length - from);
      System.arraycopy(values, from, chunk.values, 0, chunk.length);
      take(chunk);
    }
  }

  @Override
  public void missing(long cells) {
    missing += cells;
  }

  @Override
  public long[] counts(Chunk chunk) {
    countGathered(chunk);
    long[] counts = chunk.counts(even.length + 1);
    for (int bin = 0; bin < even.length; bin++) {
      counts[bin] = even[bin] + odd[bin];
    }
    counts[even.length] = missing;
    return counts;
  }

  @Override
  public NumberCounter cleared() {
    Arrays.fill(even, 0);
    Arrays.fill(odd, 0);
    moments.clear();
    floats.clear();
    distinct.clear();
    gathered.clear();
    missing = 0;
    infinite = 0;
    return this;
  }

  @Override
  public NumberProfile build() {
    if (!gathered.isEmpty()) {
      countGathered(new Chunk());
    }
    long[] counts = even.clone();
    for (int bin = 0; bin < counts.length; bin++) {
      counts[bin] += odd[bin];
    }
    floats.settle();
    return new NumberProfile(
        name,
        role,
        bins,
        counts,
        missing,
        infinite,
        moments.min(),
        moments.max(),
        moments.exact(),
        distinct.copy());
  }
}
