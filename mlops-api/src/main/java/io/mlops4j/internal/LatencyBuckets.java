package io.mlops4j.internal;

/**
 * Fixed buckets of durations, so that histograms merge by addition: sixteen of equal width between
 * a power of two and the next, from a microsecond to eighteen minutes. A bucket is at most a
 * sixteenth of its lower end wide.
 *
 * <p>Internal: not part of the API. Stateless and thread safe.
 */
public final class LatencyBuckets {
  private static final int FIRST = 10;
  private static final int LAST = 40;
  private static final int PARTS_LOG2 = 4;
  private static final int PARTS = 1 << PARTS_LOG2;

  /** One bucket for all below, one for all above. */
  public static final int COUNT = (LAST - FIRST) * PARTS + 2;

  private LatencyBuckets() {}

  /**
   * Returns the bucket of a duration.
   *
   * @param nanos nanoseconds; negative ones count as 0
   * @return its number, from 0
   */
  public static int index(long nanos) {
    if (nanos < 1L << FIRST) {
      return 0;
    }
    int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    if (power >= LAST) {
      return COUNT - 1;
    }
    int part = (int) (nanos >>> (power - PARTS_LOG2)) & (PARTS - 1);
    return 1 + (power - FIRST) * PARTS + part;
  }

  /**
   * Returns the lower end of a bucket. The upper end is the lower end of the next.
   *
   * @param bucket its number
   * @return nanoseconds
   */
  public static double low(int bucket) {
    if (bucket == 0) {
      return 0;
    }
    int power = FIRST + (bucket - 1) / PARTS;
    int part = (bucket - 1) % PARTS;
    return (1.0 + (double) part / PARTS) * (1L << power);
  }

  /**
   * Returns a quantile of a histogram, interpolated within its bucket.
   *
   * @param counts by bucket
   * @param rank number of values at or below the quantile
   * @return nanoseconds; infinite if the counts do not reach the rank, or in the last bucket
   */
  public static double atRank(double[] counts, double rank) {
    double below = 0;
    for (int bucket = 0; bucket < COUNT; bucket++) {
      if (counts[bucket] > 0 && below + counts[bucket] >= rank) {
        if (bucket == COUNT - 1) {
          break;
        }
        double part = Math.max(0, rank - below) / counts[bucket];
        return low(bucket) + part * (low(bucket + 1) - low(bucket));
      }
      below += counts[bucket];
    }
    return Double.POSITIVE_INFINITY;
  }
}
