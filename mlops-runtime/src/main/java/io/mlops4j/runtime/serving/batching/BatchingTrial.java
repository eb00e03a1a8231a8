package io.mlops4j.runtime.serving.batching;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Measures whether micro-batching makes the calls of a model faster on this machine.
 *
 * <p>Calls begin without batching. A model that answers one call in less time than a queue costs is
 * never batched.
 *
 * <p>Calls are counted in stretches of some milliseconds. While there are more concurrent callers
 * than processors, a trial alternates stretches with and without batching, and chooses batching if
 * the calls are then clearly shorter. The longer the choice stays the same, the more rarely a trial
 * repeats. The duration of a call follows from Little's law: the average number of concurrent
 * callers, divided by the calls answered per time. With fewer callers both modes are equally fast,
 * so nothing is measured. Thread safe; a call costs one counter.
 */
final class BatchingTrial {
  private static final long SHORT = 5_000_000;
  private static final long LONG = 20_000_000;

  /** A stretch ends after this time even with fewer calls. */
  private static final long LONGEST = 100_000_000;

  private static final int FEWEST = 32;
  private static final int OFTEN = 8;
  private static final int SELDOM = 256;

  /** Sampling rate: one call in this many records the number of concurrent callers. */
  private static final int SAMPLED = 8;

  /**
   * A model whose shortest call takes less is not batched. To queue a call, and to wake the threads
   * of a group, takes about as long as that.
   */
  private static final long CHEAP = 20_000;

  /** Stretches of each mode in a trial. */
  private static final int STRETCHES = 4;

  /** Batching is chosen only if calls are faster by this factor, which is more than noise. */
  private static final double BETTER = 1.05;

  /** A mode that is slower by this factor after one stretch, or after two, is given up early. */
  private static final double[] HOPELESS = {1.5, 1.15};

  private final int processors;
  private final LongSupplier nanos;
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong sampled = new AtomicLong();
  private volatile boolean together;
  private volatile long end = FEWEST;

  /** The shortest call without batching in this stretch. A lost update costs one sample. */
  private volatile long shortest = Long.MAX_VALUE;

  private boolean settled;
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

  /** Whether calls should be batched now. */
  boolean together() {
    return together;
  }

  /** Whether the next call without batching should be timed. */
  boolean samples() {
    return calls.get() % SAMPLED == 0;
  }

  /** Takes the time of a call that was answered without batching. */
  void tookAlone(long time) {
    if (time < shortest) {
      shortest = time;
    }
  }

  /** Counts an answered call and samples the number of concurrent callers. */
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

  /** Ends a stretch early, unless another thread did. */
  private synchronized void cut(long count) {
    long done = count - (end - stretch);
    if (done >= FEWEST && nanos.getAsLong() - began > LONGEST) {
      stretch = Math.min(stretch, done);
      end = Math.min(end, count);
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
    if (shortest < CHEAP) {
      settled = false;
      begin(OFTEN);
    } else if (busy) {
      learn(asking * took / answered);
    }
    shortest = Long.MAX_VALUE;
    together = (busy && until == 0) ? wanted() : settled;
    stretch = took < SHORT ? 2 * stretch : took > LONG ? Math.max(FEWEST, stretch / 2) : stretch;
    began = now;
    end = count + stretch;
  }

  /** The mode that is measured next: the chosen one and the other alternate. */
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
        decide(otherTook * (settled ? 1 : BETTER) < settledTook);
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
    begin(otherIsBetter ? OFTEN : Math.min(SELDOM, 2 * between));
  }

  /** Begins a trial after that many busy stretches. */
  private void begin(int stretches) {
    between = stretches;
    until = stretches;
    measured = 0;
    settledTook = 0;
    otherTook = 0;
  }
}
