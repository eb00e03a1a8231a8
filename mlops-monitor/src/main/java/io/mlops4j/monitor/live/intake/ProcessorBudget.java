package io.mlops4j.monitor.live.intake;

/**
 * Chooses the share of the calls that a monitor counts, so that its thread uses no more than a
 * share of one processor on average. Used by the monitor's thread only.
 *
 * <p><b>Credit.</b> Unused processor time is saved, at most that of {@value #SECONDS} seconds of
 * the budget, {@code most}; the start has a second. A quarter of {@code most} pays for every call.
 * With less, the thread may use between its budget (no credit) and a whole processor (a quarter):
 * {@code share^(1 - 4 credit / most)}. So the credit falls towards 0 ever more slowly while the
 * load stays too high, and does not oscillate.
 *
 * <p><b>Share of the calls.</b> The allowed use is divided by what all rows that are sent would
 * cost: their rate times the processor time of a row, both smoothed. The cost of a row contains the
 * end of windows and all other work, and does not depend on the share. So the share follows the
 * load directly instead of by trial.
 *
 * <p><b>Backlog.</b> Credit does not help if the thread cannot keep up: the hand-off would fill,
 * and drop rows of the moment instead of a uniform sample. From a quarter of its capacity on, the
 * allowed use falls in proportion to the room that is left.
 */
public final class ProcessorBudget {
  /** The seconds over which the use is averaged. */
  static final int SECONDS = 10;

  /** At least one call in this number is counted, even if all other work uses up the budget. */
  public static final int LEAST = 1024;

  /** Processor time for the first rows, which cost many times as much until they are compiled. */
  private static final double START = 1e9;

  private static final long TICK = 10_000_000;
  private static final double RATE_MEMORY = 1e9;
  private static final double BURST_MEMORY = 2e7;
  private static final double COST_MEMORY = 2e8;

  private final double share;
  private final double most;
  private double credit;
  private boolean started;
  private long lastTime;
  private long lastUsed;
  private long lastSent;
  private long lastHandled;
  private double time;
  private double sent;
  private double burst; // rows in a nanosecond, lately
  private double used;
  private double handled;

  /**
   * @param share of one processor, above 0 and at most 1
   */
  public ProcessorBudget(double share) {
    this.share = share;
    this.most = share * SECONDS * 1e9;
    this.credit = Math.max(most, START);
  }

  /** Whether enough time has passed since the last look. */
  boolean isDue(long now) {
    return !started || now - lastTime >= TICK;
  }

  /**
   * Returns the share of the calls to count from now on.
   *
   * @param now nanoseconds, by a clock that does not go back
   * @param usedSoFar nanoseconds of processor time of the monitor's thread
   * @param sentSoFar rows of all calls, those left out and dropped included
   * @param handledSoFar rows that the thread has handled
   * @param room the free part of the hand-off, 0 to 1
   * @return 1 for every call
   */
  public double look(long now, long usedSoFar, long sentSoFar, long handledSoFar, double room) {
    double passed = started ? now - lastTime : 0;
    double spent = started ? Math.max(0, usedSoFar - lastUsed) : 0;
    double arrived = started ? Math.max(0, sentSoFar - lastSent) : 0;
    double done = started ? handledSoFar - lastHandled : 0;
    started = true;
    lastTime = now;
    lastUsed = usedSoFar;
    lastSent = sentSoFar;
    lastHandled = handledSoFar;
    credit = Math.max(0, Math.min(Math.max(most, credit), credit + share * passed - spent));
    double fadingRate = Math.exp(-passed / RATE_MEMORY);
    time = fadingRate * time + passed;
    sent = fadingRate * sent + arrived;
    double fadingBurst = Math.exp(-passed / BURST_MEMORY);
    burst = fadingBurst * burst + (passed > 0 ? (1 - fadingBurst) * arrived / passed : 0);
    double fadingCost = Math.exp(-spent / COST_MEMORY);
    used = fadingCost * used + spent;
    handled = fadingCost * handled + done;
    if (handled <= 0 || used <= 0 || sent <= 0) {
      return 1;
    }
    double level = 4 * credit / most;
    double left = 4.0 / 3 * room;
    double byCredit = level >= 1 ? 1 : part(Math.pow(share, 1 - level), sent / time);
    double byRoom = left >= 1 ? 1 : part(left, Math.max(burst, sent / time));
    return Math.max(1.0 / LEAST, Math.min(byCredit, byRoom));
  }

  /** The part of the calls whose cost is the allowed use. */
  private double part(double allowed, double rate) {
    return Math.min(1, allowed / (rate * used / handled));
  }
}
