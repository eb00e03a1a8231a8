package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.Arrays;

/**
 * An e-detector of one column: it watches all rows since the start, block by block, and reports
 * when the column differs from its reference by more than a tolerance.
 *
 * <p><b>Rule.</b> With w the part of the false-alarm budget that a block takes and L the factor of
 * a bet, the capital becomes {@code M = L max(M, w)} (the CUSUM of Shin, Ramdas and Rinaldo,
 * "E-detectors", 2024, with a start of w in place of 1). The column signals when a bet has M of at
 * least the threshold: the number of all bets of all columns over the part of the budget that
 * detectors may spend.
 *
 * <p><b>False alarms.</b> While nothing changes, the sum of M over all bets is on average at most
 * the number of bets times the budget spent so far. Until the first signal, on average at least the
 * detectors' whole part of the budget is spent, over all columns and slices together.
 *
 * <p>The capital is kept twice: since the start of the monitor, for small differences that persist,
 * and since the start of the window, for large ones. Used by the monitor's thread only.
 */
final class ColumnDetector {
  /** A capital that exceeds the threshold by this factor, as a logarithm, need not grow further. */
  private static final double CAP = 20;

  /** Windows that must end without drift before a window is judged before its end. */
  private static final int LEARNING = 2;

  private static final double FADING = 0.98;

  private final Bets bets;
  private final double threshold;
  private final double[] lasting;
  private final double[] current;
  private final long[] since;
  private final long[] counted; // by group
  private final long[] all; // scratch, as the next two
  private final double[] grouped;
  private final double[] gains;
  private double start = Double.NEGATIVE_INFINITY;
  private double peak;
  private double ceiling;
  private int calm;

  /**
   * @param threshold the logarithm of the capital that signals
   */
  ColumnDetector(Bets bets, double threshold) {
    this.bets = bets;
    this.threshold = threshold;
    this.lasting = new double[bets.size()];
    this.current = new double[bets.size()];
    this.since = new long[bets.size()];
    this.counted = new long[bets.groups()];
    this.all = new long[bets.groups()];
    this.grouped = new double[bets.groups()];
    this.gains = new double[bets.size()];
    Arrays.fill(lasting, Double.NEGATIVE_INFINITY);
    Arrays.fill(current, Double.NEGATIVE_INFINITY);
  }

  void write(StateWriter out) {
    out.put(lasting).put(current).put(since).put(counted);
    out.put(start).put(peak).put(ceiling).put(calm);
  }

  void read(StateReader in) {
    in.numbers(lasting);
    in.numbers(current);
    in.counts(since);
    in.counts(counted);
    start = in.number();
    peak = in.number();
    ceiling = in.number();
    calm = in.int32();
  }

  /** Expects counts that begin at 0 again. */
  void newCounts() {
    Arrays.fill(counted, 0);
  }

  /**
   * Adds the rows that were counted since the last block.
   *
   * @param counts the rows of the window by bin; missing ones last
   * @param weight the part of the budget that the block takes, 0 or more
   */
  void add(long[] counts, double weight) {
    bets.group(counts, all);
    long rows = 0;
    for (int its = 0; its < all.length; its++) {
      long more = all[its] - counted[its];
      grouped[its] = (double) more;
      rows += more;
      counted[its] = all[its];
    }
    bets.logFactors(grouped, (double) rows, gains);
    double floor = Math.log(weight);
    start = weight > 0 ? floor : start;
    for (int bet = 0; bet < current.length; bet++) {
      double gain = gains[bet];
      boolean anew = current[bet] < floor;
      lasting[bet] =
          Math.min(threshold + CAP, gain + (lasting[bet] < floor ? floor : lasting[bet]));
      since[bet] = anew ? rows : since[bet] + rows;
      current[bet] = gain + (anew ? floor : current[bet]);
    }
    if (start > Double.NEGATIVE_INFINITY) {
      peak = Math.max(peak, current[best()] - start);
    }
  }

  private int best() {
    int best = 0;
    for (int bet = 1; bet < current.length; bet++) {
      best = current[bet] > current[best] ? bet : best;
    }
    return best;
  }

  /** Whether the rows since the start of the monitor differ from the reference. */
  boolean signals() {
    return greatest(lasting) >= threshold;
  }

  /** Whether the rows since the start of the monitor may differ from the reference. */
  boolean warns() {
    return greatest(lasting) >= threshold / 2;
  }

  private static double greatest(double[] values) {
    return Arrays.stream(values).max().orElse(Double.NEGATIVE_INFINITY);
  }

  /**
   * Whether the rows of the open window differ from the reference, and by far more than those of
   * other windows ever did before their end. A part of a day differs from whole days although
   * nothing is wrong.
   */
  boolean signalsEarly() {
    double most = current[best()];
    return calm >= LEARNING && most >= threshold && most - start >= 2 * ceiling;
  }

  /**
   * The rows since the estimated change: since the capital of the best bet was last at its start.
   */
  long rowsSinceChange() {
    return since[best()];
  }

  /** Starts anew, because the change was found in another way. */
  void forget() {
    Arrays.fill(lasting, Double.NEGATIVE_INFINITY);
  }

  /**
   * Ends the window.
   *
   * @param isCalm whether the window had no effect that matters
   */
  void endWindow(boolean isCalm) {
    if (isCalm) {
      ceiling = Math.max(FADING * ceiling, peak);
      calm++;
    }
    peak = 0;
    Arrays.fill(current, Double.NEGATIVE_INFINITY);
    Arrays.fill(since, 0);
  }
}
