package io.mlops4j.runtime.composition.parts;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What members could save by running side by side: the time of all members but the slowest, by the
 * number of rows. Thread safe.
 *
 * <p>Handing a member to another thread costs the caller some microseconds, and the other thread
 * begins some tens of microseconds later. So small members run in turn, and are measured in few
 * calls only.
 */
final class MemberTimes {
  /** In nanoseconds. */
  static final long PAYS = TimeUnit.MICROSECONDS.toNanos(100);

  /** One call in so many is measured while members run in turn; a power of two. */
  private static final int ONE_OF = 16;

  /** A new time counts for a quarter. */
  private static final int WEIGHT_LOG2 = 2;

  /** By the binary logarithm of the number of rows. */
  private final AtomicLongArray saved = new AtomicLongArray(Integer.SIZE + 1);

  private static int bucket(int rows) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(rows);
  }

  /** Whether members should run side by side. */
  boolean pays(int rows) {
    return saved.getPlain(bucket(rows)) >= PAYS;
  }

  /** Whether the next call should be measured, because little is known. */
  boolean measures(int rows) {
    return saved.getPlain(bucket(rows)) == 0
        || (ThreadLocalRandom.current().nextInt() & (ONE_OF - 1)) == 0;
  }

  /** Adds a time. The first ones count little, because code that just began to run is slow. */
  void add(int rows, long nanos) {
    int bucket = bucket(rows);
    long before = saved.getPlain(bucket);
    saved.setPlain(bucket, Math.max(1, before + ((nanos - before) >> WEIGHT_LOG2)));
  }
}
