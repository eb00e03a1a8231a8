package io.mlops4j.runtime.serving;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Finds out whether asking together is faster for a model on this machine, by doing both.
 *
 * <p>Calls are counted in stretches of some milliseconds. While more callers ask than there are
 * processors, both ways are tried in turns now and then, and the one with the shorter calls is
 * settled for; the longer nothing changes, the rarer it is tried. How long calls take is not
 * measured call by call: it is how many are asking on average, over how many are answered in a time
 * (Little's law), which holds where callers wait for their answers as where calls come on their
 * own, when both ways answer as many. With fewer callers both ways are the same, and nothing is
 * learned. Thread safe; a call costs one counter.
 */
final class BatchingTrial {
  private static final long SHORT = 5_000_000;
  private static final long LONG = 20_000_000;

  /** A stretch ends here with fewer calls: as many as go one way may take minutes the other. */
  private static final long LONGEST = 100_000_000;

  private static final int FEWEST = 32;
  private static final int OFTEN = 8;
  private static final int SELDOM = 256;

  /** Of so many calls one tells how many ask; a power of two. */
  private static final int SAMPLED = 8;

  /** Stretches of each way in a trial. */
  private static final int STRETCHES = 4;

  /** The other way has to be better than noise. */
  private static final double BETTER = 1.05;

  /** So much worse is not tried on: after one stretch of each way, after two. */
  private static final double[] HOPELESS = {1.5, 1.15};

  private final int processors;
  private final LongSupplier nanos;
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong sampled = new AtomicLong();
  private volatile boolean together = true;
  private volatile long end = FEWEST;
  private boolean settled = true;
  private long stretch = FEWEST;
  private volatile long began;
  private int until = OFTEN;
  private int between = OFTEN;
  private int measured;
  private double settledTook;
  private double otherTook;

  BatchingTrial(int processors, LongSupplier nanos) {
    this.processors = processors;
    this.nanos = nanos;
    this.began = nanos.getAsLong();
  }

  /** Whether calls are to be asked together now. */
  boolean together() {
    return together;
  }

  /** A call was answered, while so many asked. */
  void count(int asking) {
    long count = calls.incrementAndGet();
    if (count % SAMPLED == 0) {
      sampled.addAndGet(asking);
      if (nanos.getAsLong() - began > LONGEST) {
        cut(count);
      }
    }
    if (count >= end) {
      ended(count);
    }
  }

  /** Ends a stretch with fewer calls than it was to have, unless another thread did. */
  private synchronized void cut(long count) {
    long done = count - (end - stretch);
    if (done >= FEWEST && nanos.getAsLong() - began > LONGEST) {
      stretch = Math.min(stretch, done);
      end = Math.min(end, count); // what it began with stays
    }
  }

  private synchronized void ended(long count) {
    if (count < end) {
      return; // another thread came first
    }
    long now = nanos.getAsLong();
    long took = Math.max(1, now - began);
    double answered = count - end + stretch;
    double asking = sampled.getAndSet(0) * SAMPLED / answered;
    boolean busy = asking > processors;
    if (busy) {
      learn(asking * took / answered);
    }
    together = (busy && until == 0) ? wanted() : settled;
    stretch = took < SHORT ? 2 * stretch : took > LONG ? Math.max(FEWEST, stretch / 2) : stretch;
    began = now;
    end = count + stretch;
  }

  /** Which way is to be measured next in a trial: the settled one, then the other, in turns. */
  private boolean wanted() {
    return (measured % 2 == 0) == settled;
  }

  private void learn(double took) {
    if (until > 0) {
      until--;
    } else if (together == wanted()) {
      if (together == settled) {
        settledTook += took;
      } else {
        otherTook += took;
      }
      measured++;
      if (measured == 2 * STRETCHES || isHopeless()) {
        decide(otherTook * BETTER < settledTook);
      }
    }
  }

  private boolean isHopeless() {
    int pairs = measured / 2;
    return measured % 2 == 0
        && pairs <= HOPELESS.length
        && otherTook > HOPELESS[pairs - 1] * settledTook;
  }

  private void decide(boolean otherIsBetter) {
    settled ^= otherIsBetter;
    between = otherIsBetter ? OFTEN : Math.min(SELDOM, 2 * between);
    until = between;
    measured = 0;
    settledTook = 0;
    otherTook = 0;
  }
}
