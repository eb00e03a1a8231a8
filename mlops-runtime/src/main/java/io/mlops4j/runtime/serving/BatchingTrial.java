package io.mlops4j.runtime.serving;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Finds out whether asking together is faster for a model on this machine, by doing both.
 *
 * <p>Calls are counted in stretches of some milliseconds. While more callers ask than there are
 * processors, a stretch is tried the other way now and then, and what answered more records in the
 * same time is settled for; the longer nothing changes, the rarer it is tried. With fewer callers
 * both ways are the same, and nothing is learned. Thread safe; a call costs one counter.
 */
final class BatchingTrial {
  private static final long SHORT = 5_000_000;
  private static final long LONG = 20_000_000;
  private static final int FEWEST = 32;
  private static final int OFTEN = 8;
  private static final int SELDOM = 256;

  /** The other way has to be better than noise. */
  private static final double BETTER = 1.05;

  private final int processors;
  private final LongSupplier nanos;
  private final AtomicLong calls = new AtomicLong();
  private volatile boolean together = true;
  private volatile long end = FEWEST;
  private boolean settled = true;
  private long stretch = FEWEST;
  private long began;
  private boolean busyAtBegin;
  private double rate;
  private int measured;
  private int between = OFTEN;

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
    if (count >= end) {
      ended(count, asking > processors);
    }
  }

  private synchronized void ended(long count, boolean busy) {
    if (count < end) {
      return; // another thread came first
    }
    long now = nanos.getAsLong();
    long took = Math.max(1, now - began);
    if (busy && busyAtBegin) {
      learn((double) (count - end + stretch) / took);
    } else {
      together = settled;
      measured = 0;
    }
    stretch = took < SHORT ? 2 * stretch : took > LONG ? Math.max(FEWEST, stretch / 2) : stretch;
    began = now;
    busyAtBegin = busy;
    end = count + stretch;
  }

  private void learn(double found) {
    if (together == settled) {
      rate = measured == 0 ? found : (rate + found) / 2;
      measured++;
      together = measured < between ? settled : !settled;
    } else {
      if (found > BETTER * rate) {
        settled = together;
        between = OFTEN;
      } else {
        between = Math.min(SELDOM, 2 * between);
      }
      together = settled;
      measured = 0;
    }
  }
}
