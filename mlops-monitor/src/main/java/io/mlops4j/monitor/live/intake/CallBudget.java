package io.mlops4j.monitor.live.intake;

import io.mlops4j.monitor.live.rows.CallBlock;
import io.mlops4j.monitor.live.rows.CallSampling;
import io.mlops4j.monitor.live.rows.Handed;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Adjusts the sample of calls to the budget of processor time. Used by the monitor's thread only.
 */
public final class CallBudget {
  /** How long the thread waits for rows while calls are left out: they may have ended. */
  private static final long LOOK_AGAIN = 100_000_000;

  private final ProcessorMeter meter;
  private final @Nullable ProcessorBudget budget;
  private final CallSampling sampling;
  private final HandOff handOff;
  private final LongSupplier dropped;
  private final double capacity;
  private long handled;

  /**
   * @param capacity the rows that the hand-off may hold
   * @param dropped the rows that a full hand-off has rejected
   */
  public CallBudget(
      ProcessorLimit limit,
      long capacity,
      CallSampling sampling,
      HandOff handOff,
      LongSupplier dropped) {
    this.meter = limit.meter();
    this.budget = limit.budget();
    this.capacity = capacity;
    this.sampling = sampling;
    this.handOff = handOff;
    this.dropped = dropped;
  }

  /** The time until {@link #look} has work to do even if no row is handed over. */
  public long nanosUntilDue() {
    return sampling.takesAll() ? Long.MAX_VALUE : LOOK_AGAIN;
  }

  /** Notes an item that was handled. */
  public void handled(Handed item) {
    handled += item instanceof Handed.Answered || item instanceof CallBlock ? item.rows() : 0;
  }

  /** Chooses the share of the calls, if it is time to. */
  public void look() {
    ProcessorBudget limited = budget;
    if (limited != null && limited.isDue(meter.nanoTime().getAsLong())) {
      long waiting = handOff.rows();
      long sent = handled + waiting + sampling.leftOut() + dropped.getAsLong();
      long now = meter.nanoTime().getAsLong();
      double room = Math.max(0, 1 - waiting / capacity);
      sampling.share(limited.look(now, meter.used().getAsLong(), sent, handled, room));
    }
  }
}
