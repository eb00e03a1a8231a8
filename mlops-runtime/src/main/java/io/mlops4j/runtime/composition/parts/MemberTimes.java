package io.mlops4j.runtime.composition.parts;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Chooses by measured times whether members run in turn or side by side, by the number of rows.
 * Thread safe.
 *
 * <p>Handing a member to another thread costs the caller some microseconds, and the other thread
 * begins some tens of microseconds later. So small members run in turn, and are measured in few
 * calls only. For others, the way with the shorter mean time is chosen. A model that uses several
 * threads itself may gain nothing.
 */
final class MemberTimes {
  /** The time of all members but the slowest, from which on both ways are tried. */
  static final long PAYS = TimeUnit.MICROSECONDS.toNanos(100);

  /** One call in so many is measured, or goes the other way; a power of two. */
  private static final int ONE_OF = 16;

  /** A new time counts for a quarter. */
  private static final int WEIGHT_LOG2 = 2;

  /** By the binary logarithm of the number of rows; 0 while nothing is known. */
  private final AtomicLongArray saved = new AtomicLongArray(Integer.SIZE + 1);

  private final AtomicLongArray inTurn = new AtomicLongArray(Integer.SIZE + 1);
  private final AtomicLongArray sideBySide = new AtomicLongArray(Integer.SIZE + 1);

  /** The ways to run the members of a call. */
  enum Way {
    /** In turn, and not measured. */
    UNMEASURED,
    IN_TURN,
    SIDE_BY_SIDE
  }

  private static int bucket(int rows) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(rows);
  }

  /** Chooses the way of a call. */
  Way choose(int rows) {
    return choose(rows, (ThreadLocalRandom.current().nextInt() & (ONE_OF - 1)) == 0);
  }

  /**
   * Chooses the way of a call.
   *
   * @param one whether this is the one call in many that is measured or goes the other way
   */
  Way choose(int rows, boolean one) {
    int bucket = bucket(rows);
    long known = saved.getPlain(bucket);
    if (known < PAYS) {
      return one || known == 0 ? Way.IN_TURN : Way.UNMEASURED;
    }
    boolean paid = sideBySide.getPlain(bucket) < inTurn.getPlain(bucket);
    return paid != one ? Way.SIDE_BY_SIDE : Way.IN_TURN;
  }

  /**
   * Adds the times of a call. The first ones count little, because code that just began to run is
   * slow.
   *
   * @param all the time of the call
   * @param others the time of all members but the slowest
   */
  void add(int rows, Way way, long all, long others) {
    int bucket = bucket(rows);
    add(way == Way.SIDE_BY_SIDE ? sideBySide : inTurn, bucket, all);
    add(saved, bucket, others);
  }

  private static void add(AtomicLongArray means, int bucket, long nanos) {
    long before = means.getPlain(bucket);
    means.setPlain(bucket, Math.max(1, before + ((nanos - before) >> WEIGHT_LOG2)));
  }
}
