package io.mlops4j.monitor.live.rows;

import java.util.concurrent.atomic.LongAdder;

/**
 * The uniform sample of calls that a monitor takes, and the number of rows that it leaves out. The
 * monitor's thread sets the share; serving threads read it.
 *
 * <p>A call is taken if a hash of its number is below the share. So the choice does not depend on
 * the values of the rows, costs a read of a volatile field, and is the same whenever it is made for
 * the same call and share. Thread safe.
 */
public final class CallSampling {
  private static final long EVERY = Long.MAX_VALUE;

  private final LongAdder leftOut = new LongAdder();
  private volatile long below = EVERY;

  /**
   * Sets the share of the calls.
   *
   * @param share more than 0; 1 and more for every call
   */
  public void share(double share) {
    below = share >= 1 ? EVERY : (long) (share * 0x1p63);
  }

  /** The share of the calls that are taken, at most 1. */
  public double share() {
    long bound = below;
    return bound == EVERY ? 1 : bound * 0x1p-63;
  }

  /** Whether every call is taken. */
  public boolean takesAll() {
    return below == EVERY;
  }

  /** Whether a call is taken; if not, its rows are counted as left out. */
  public boolean takes(long call, int rows) {
    long bound = below;
    if (bound == EVERY || hash(call) >>> 1 < bound) {
      return true;
    }
    leftOut.add(rows);
    return false;
  }

  /** The rows of the calls that were not taken. */
  public long leftOut() {
    return leftOut.sum();
  }

  /** The finaliser of splitmix64: neighbouring numbers get independent hashes. */
  private static long hash(long number) {
    long mixed = number + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
