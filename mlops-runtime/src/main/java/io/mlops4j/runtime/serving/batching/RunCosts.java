package io.mlops4j.runtime.serving.batching;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures which calls of a model take less processor time in a group than alone. Thread safe.
 *
 * <p>Calls of each shape and number of rows, such as texts of a length, are measured on their own:
 * the same work takes the same time, whereas a long text in a group seems dear beside a short one.
 * It is the processor time that is compared. The time until the answer contains what other threads
 * do meanwhile, and lacks the time that a thread waits for a processor before it calls.
 *
 * <p>Measured is only while there are more callers than processors: some calls alone, then some
 * groups. The third shortest time of each counts, since threads of the engine may do half of a run.
 * The longer the result stays the same, the more rarely that is repeated.
 */
final class RunCosts {
  /**
   * What it costs to queue a call and wake its thread, mostly in the system: a group must save more
   * processor time, so a call that takes less is never grouped. Calls of a service over HTTP that
   * took 25 µs alone and 9 µs in groups made it a tenth slower.
   */
  static final long HANDOVER = 30_000;

  /**
   * A group must take less than this part of the time of its calls alone. Groups seem cheaper than
   * they are: fewer callers run beside them, so that the engine's threads do more of their work.
   * Groups of texts that take 0.55 by this measure were seen to take 0.72 in truth.
   */
  private static final double BETTER = 0.7;

  /** How many calls alone, and how many groups, are measured. */
  private static final int SAMPLES = 8;

  private static final int THIRD = 2;

  /** How many runs may be tried until there were as many groups. */
  private static final int TRIED = 32;

  /** Calls of further shapes are not grouped. */
  private static final int SHAPES = 256;

  /** A measurement is repeated after this many times of its length, then after twice as many. */
  private static final long REST = 16;

  private static final long LONGEST_REST = 600_000_000_000L;

  private final LongSupplier clock;
  private final Map<Object, Cost> costs = new ConcurrentHashMap<>();

  /**
   * @param clock the time in nanoseconds
   */
  RunCosts(LongSupplier clock) {
    this.clock = clock;
  }

  /** The cost of calls; null if they are not measured. */
  @Nullable Cost of(Object kind) {
    Cost known = costs.get(kind);
    return known != null || costs.size() >= SHAPES
        ? known
        : costs.computeIfAbsent(kind, any -> new Cost());
  }

  /** The times of calls of one kind. */
  final class Cost {
    private volatile boolean grouping;
    private volatile boolean measuring = true;
    private volatile long again;
    private long began = clock.getAsLong();
    private long rest = REST;
    private boolean settled;
    private final long[] alone = new long[SAMPLES];
    private final long[] grouped = new long[SAMPLES];
    private long shortest = Long.MAX_VALUE;
    private int samples;
    private int runs;

    /** Whether calls should be grouped now. */
    boolean isGrouping() {
      return grouping;
    }

    /** Whether the next call or group should be measured. */
    boolean isMeasuring() {
      return measuring || (clock.getAsLong() - again >= 0 && restart());
    }

    private synchronized boolean restart() {
      if (!measuring) {
        measuring = true;
        grouping = false;
        began = clock.getAsLong();
        shortest = Long.MAX_VALUE;
        samples = 0;
        runs = 0;
      }
      return true;
    }

    /**
     * Adds a call that was answered alone.
     *
     * @param work its processor time
     * @param took the time until its answer
     */
    synchronized void alone(long work, long took) {
      if (measuring && !grouping) {
        alone[samples++] = work;
        shortest = Math.min(shortest, took);
        if (samples == SAMPLES) {
          samples = 0;
          if (shortest < HANDOVER) {
            settle(false);
          } else {
            grouping = true;
          }
        }
      }
    }

    /**
     * Adds a run of one or more calls.
     *
     * @param work the processor time of the share of one call
     */
    synchronized void grouped(int calls, long work) {
      if (measuring && grouping) {
        runs++;
        if (calls > 1) {
          grouped[samples++] = work;
        }
        if (samples == SAMPLES || runs == TRIED) {
          settle(samples == SAMPLES && saves(third(alone), third(grouped)));
        }
      }
    }

    /** A call that mostly waits, as for a device, takes the processor no time that counts. */
    private boolean saves(long workAlone, long workGrouped) {
      boolean waits = workAlone < shortest / 2;
      return workGrouped < BETTER * workAlone && (waits || workAlone - workGrouped > HANDOVER);
    }

    private static long third(long[] times) {
      Arrays.sort(times);
      return times[THIRD];
    }

    private void settle(boolean together) {
      long now = clock.getAsLong();
      rest = together == settled ? Math.min(2 * rest, LONGEST_REST) : REST;
      settled = together;
      grouping = together;
      long took = now - began + 1;
      again = now + (rest < LONGEST_REST / took ? rest * took : LONGEST_REST);
      measuring = false;
    }
  }
}
