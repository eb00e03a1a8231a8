package io.mlops4j.monitor.stream;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.util.Arrays;
import java.util.Objects;

/**
 * An e-detector, a detector of a mean of bounded values that differs from the expected one. It
 * assumes no distribution and no independence, only the bounds and that the mean of each row, given
 * all earlier ones, is the expected one while nothing changes.
 *
 * <p><b>Rule.</b> Values are scaled to z in [0, 1], the expected mean to m. A bet of size b in (0,
 * 1) that the mean is higher multiplies its capital by {@code L = 1 + b (z / m - 1)}, which is 1 or
 * less on average; a bet that it is lower by {@code L = 1 + b ((1 - z) / (1 - m) - 1)}. Bets that
 * begin at every row are joined by {@code M = L (M + 1)}, first 0 (Shiryaev-Roberts). A change is
 * reported when the average of M over all bets and both directions is A or more.
 *
 * <p><b>False alarms.</b> The average run length is at least A: at least A rows pass before a false
 * alarm, on average, for every distribution with these bounds and this mean. A warning is given at
 * the square root of A, so false warnings are at least that many rows apart on average.
 *
 * <p><b>After a change.</b> {@link Signal#CHANGE} is reported once. {@link #evidence} then still
 * shows the evidence for it. The next value starts the detector anew.
 *
 * <p><b>Bets.</b> Sizes have odds {@code b / (1 - b)} from {@code m d / (1/4 + d^2)}, the best for
 * the smallest change d and the largest possible variance, doubling up to {@code m / d}, the best
 * without variance. The number of bets delays detection by at most the rows that yield the
 * logarithm of their number. Any sizes keep the promise.
 *
 * <p><b>Source.</b> Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for
 * sequential change detection", 2024, with equal weights in place of theirs.
 *
 * <p><b>Memory.</b> O(1): 24 bytes for each of 2 to 120 bets.
 *
 * <p><b>Special values.</b> NaN means missing. It changes nothing but {@link #skipped}, and {@link
 * #add} repeats the last answer ({@link Signal#STABLE} after a change). Values beyond the bounds,
 * infinite ones included, count as the bound. The promise is then about the mean of the clipped
 * values: clip the reference before you take its mean. Give standardised values bounds such as -4
 * and 4.
 *
 * <p>Not thread safe.
 */
public final class EDetector {
  private static final BinaryFrame FORM =
      new BinaryFrame(
          "snapshot of an e-detector",
          0x4d4c4544, // MLED
          1,
          1,
          "EDetector.toBytes()",
          "restore another one, or start a new detector");

  private final Settings settings;
  private final double range;
  private final Bets increase;
  private final Bets decrease;
  private long rows;
  private long skipped;
  private Signal last = Signal.STABLE;

  private EDetector(Settings settings) {
    this.settings = settings;
    this.range = settings.high - settings.low;
    double change = settings.smallestChange / range;
    this.increase = Bets.of((settings.mean + settings.tolerance - settings.low) / range, change);
    this.decrease = Bets.of((settings.high - settings.mean + settings.tolerance) / range, change);
  }

  /**
   * Returns settings for one expected mean: an average run length of a million rows, tolerance 0,
   * and a smallest change of a hundredth of the range.
   *
   * @param mean the mean of an unchanged stream, between the bounds
   * @param low the least value
   * @param high the largest value
   * @return the settings
   * @throws IllegalArgumentException if a number or the range is not finite, or the mean is not
   *     inside the bounds by at least 1e-12 of the range
   */
  public static Settings expecting(double mean, double low, double high) {
    return new Settings(mean, low, high, 0, (high - low) / 100, 1_000_000);
  }

  /**
   * Reads the next value of the stream.
   *
   * @param value any number; NaN is skipped
   * @return whether the stream has changed
   */
  public Signal add(double value) {
    if (Double.isNaN(value)) {
      skipped++;
      return last == Signal.CHANGE ? Signal.STABLE : last;
    }
    if (last == Signal.CHANGE) {
      increase.clear();
      decrease.clear();
    }
    rows++;
    double clipped = Math.max(settings.low, Math.min(settings.high, value));
    increase.add((clipped - settings.low) / range);
    decrease.add((settings.high - clipped) / range);
    double evidence = evidence();
    last =
        evidence >= settings.runLength
            ? Signal.CHANGE
            : evidence * evidence >= settings.runLength ? Signal.WARNING : Signal.STABLE;
    return last;
  }

  /** {@return the average M of all bets, first 0; never NaN} */
  public double evidence() {
    return (evidenceOfIncrease() + evidenceOfDecrease()) / 2;
  }

  /** {@return the average M of the bets on an increase} */
  public double evidenceOfIncrease() {
    return increase.evidence();
  }

  /** {@return the average M of the bets on a decrease} */
  public double evidenceOfDecrease() {
    return decrease.evidence();
  }

  /** {@return the number of values read since the start or the last {@link #reset}} */
  public long rows() {
    return rows;
  }

  /** {@return the number of values skipped since the start or the last {@link #reset}} */
  public long skipped() {
    return skipped;
  }

  /** Forgets all values. The detector is then equal to a newly started one. */
  public void reset() {
    rows = 0;
    skipped = 0;
    last = Signal.STABLE;
    increase.clear();
    decrease.clear();
  }

  /**
   * Returns a snapshot: settings and state. A detector restored from it returns the same signals,
   * bit for bit, as this one.
   *
   * @return the same bytes for the same settings and state
   */
  public byte[] toBytes() {
    return new StateWriter(FORM)
        .put(settings.mean)
        .put(settings.low)
        .put(settings.high)
        .put(settings.tolerance)
        .put(settings.smallestChange)
        .put(settings.runLength)
        .put(rows)
        .put(skipped)
        .put(last)
        .put(increase.capital)
        .put(decrease.capital)
        .toBytes();
  }

  /**
   * Restores a detector.
   *
   * @param bytes the result of {@link #toBytes}
   * @return a detector in the same state
   * @throws DataException if the bytes are damaged, truncated, of a newer version or no snapshot
   */
  public static EDetector fromBytes(byte[] bytes) {
    return StateReader.read(FORM, Objects.requireNonNull(bytes, "bytes"), EDetector::read);
  }

  private static EDetector read(StateReader in) {
    EDetector detector =
        expecting(in.number(), in.number(), in.number())
            .withTolerance(in.number())
            .withSmallestChange(in.number())
            .withAverageRunLength(in.number())
            .start();
    detector.rows = in.count();
    detector.skipped = in.count();
    detector.last = in.constant(Signal.class);
    detector.increase.read(in);
    detector.decrease.read(in);
    return detector;
  }

  /** Bets of several sizes that the mean of values in [0, 1] exceeds an expected one. */
  private static final class Bets {
    private static final int MOST = 60;

    private final double[] kept; // 1 - b
    private final double[] staked; // b / m
    private final double[] capital;

    private Bets(double[] kept, double[] staked) {
      this.kept = kept;
      this.staked = staked;
      this.capital = new double[kept.length];
    }

    static Bets of(double mean, double change) {
      double largest = mean / change;
      double smallest = mean * change / (0.25 + change * change);
      int size = 1;
      while (size < MOST && Math.scalb(smallest, size - 1) < largest) {
        size++;
      }
      double[] kept = new double[size];
      double[] staked = new double[size];
      for (int i = 0; i < size; i++) {
        double odds = Math.scalb(smallest, i);
        kept[i] = 1 / (1 + odds);
        staked[i] = odds / (1 + odds) / mean;
      }
      return new Bets(kept, staked);
    }

    void add(double z) {
      for (int i = 0; i < capital.length; i++) {
        capital[i] = (kept[i] + staked[i] * z) * (capital[i] + 1);
      }
    }

    double evidence() {
      double sum = 0;
      for (double each : capital) {
        sum += each;
      }
      return sum / capital.length;
    }

    void clear() {
      Arrays.fill(capital, 0);
    }

    void read(StateReader in) {
      in.numbers(capital);
      in.check(Arrays.stream(capital).allMatch(each -> each >= 0), "found a negative capital");
    }
  }

  /** The settings of an {@link EDetector}. Immutable and thread safe. */
  public static final class Settings {
    private static final double LEAST_SHARE = 1e-12;

    private final double mean;
    private final double low;
    private final double high;
    private final double tolerance;
    private final double smallestChange;
    private final double runLength;

    private Settings(
        double mean,
        double low,
        double high,
        double tolerance,
        double smallestChange,
        double runLength) {
      double range = between("high - low", high - low, 0, Double.MAX_VALUE);
      this.mean = mean;
      this.low = low;
      this.high = high;
      this.tolerance = between("tolerance", tolerance, -Double.MIN_VALUE, range);
      checkInside("mean - tolerance", (mean - tolerance - low) / range);
      checkInside("mean + tolerance", (mean + tolerance - low) / range);
      this.smallestChange = smallestChange;
      between("smallest change / range", smallestChange / range, LEAST_SHARE, 1);
      this.runLength = between("average run length", runLength, 1, 1e300);
    }

    private static void checkInside(String name, double share) {
      between(name + ", as a share of the range", share, LEAST_SHARE, 1 - LEAST_SHARE);
    }

    private static double between(String name, double value, double low, double high) {
      if (!(value > low && value < high)) {
        throw new IllegalArgumentException(
            "%s: found %s, expected %s to %s, exclusive".formatted(name, value, low, high));
      }
      return value;
    }

    /**
     * Returns the same settings with another promise.
     *
     * @param rows A, the least number of rows before a false alarm, on average, above 1
     * @return a changed copy
     */
    public Settings withAverageRunLength(double rows) {
      return new Settings(mean, low, high, tolerance, smallestChange, rows);
    }

    /**
     * Returns the same settings for an expected mean that is not exactly known. Every mean within
     * the tolerance counts as unchanged.
     *
     * @param distance from 0, in the unit of the values; both ends within the bounds
     * @return a changed copy
     */
    public Settings withTolerance(double distance) {
      return new Settings(mean, low, high, distance, smallestChange, runLength);
    }

    /**
     * Returns the same settings for another smallest change of interest. Smaller changes are still
     * found, but later than they could be.
     *
     * @param change above 0, below the range, in the unit of the values
     * @return a changed copy
     */
    public Settings withSmallestChange(double change) {
      return new Settings(mean, low, high, tolerance, change, runLength);
    }

    /** {@return a new detector} */
    public EDetector start() {
      return new EDetector(this);
    }
  }
}
