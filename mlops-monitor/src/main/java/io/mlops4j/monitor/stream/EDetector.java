package io.mlops4j.monitor.stream;

import io.mlops4j.error.DataException;
import java.util.Arrays;

/**
 * An e-detector, a detector of a mean of bounded values that differs from the expected one. It
 * assumes no distribution and no independence, only the bounds and that the mean of each row, given
 * all earlier ones, is the expected one while nothing changes.
 *
 * <p><b>Rule.</b> Values are scaled to z in [0, 1], the expected mean to m. A bet of size b in (0,
 * 1) that the mean is higher multiplies its capital by {@code L = 1 + b (z / m - 1)}, which is 1 or
 * less on average; a bet that it is lower by {@code L = 1 + b ((1 - z) / (1 - m) - 1)}. Bets are
 * joined by
 *
 * <pre>
 * M = L (M + 1)       Shiryaev-Roberts, the default
 * M = L max(M, 1)     CUSUM
 * </pre>
 *
 * first 0. A change is reported when the average of M over all bets and both directions is A or
 * more.
 *
 * <p><b>False alarms.</b> The average run length is at least A: at least A rows pass before a false
 * alarm, on average, for every distribution with these bounds and this mean. CUSUM is the more
 * careful of the two. A warning is given at the square root of A, so false warnings are at least
 * that many rows apart on average.
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
 * <p><b>Special values.</b> NaN is skipped. Values beyond the bounds, infinite ones included, count
 * as the bound. The promise is then about the mean of the clipped values: clip the reference before
 * you take its mean. Give standardised values bounds such as -4 and 4.
 *
 * <p>Not thread safe.
 */
public final class EDetector extends AbstractDetector {
  /** The direction in which the mean moves. */
  enum Direction {
    BOTH,
    INCREASE,
    DECREASE
  }

  /** How bets that begin at different rows are joined. */
  enum Procedure {
    SHIRYAEV_ROBERTS,
    CUSUM
  }

  private final Settings settings;
  private final double range;
  private final Bets increase;
  private final Bets decrease;

  private EDetector(Settings settings) {
    this.settings = settings;
    this.range = settings.high - settings.low;
    double change = settings.smallestChange / range;
    boolean cusum = settings.procedure == Procedure.CUSUM;
    this.increase =
        settings.direction == Direction.DECREASE
            ? Bets.none()
            : Bets.of((settings.mean + settings.tolerance - settings.low) / range, change, cusum);
    this.decrease =
        settings.direction == Direction.INCREASE
            ? Bets.none()
            : Bets.of((settings.high - settings.mean + settings.tolerance) / range, change, cusum);
  }

  /**
   * Returns settings for one expected mean: an average run length of a million rows, both
   * directions, Shiryaev-Roberts, tolerance 0, and a smallest change of a hundredth of the range.
   *
   * @param mean the mean of an unchanged stream, between the bounds
   * @param low the least value
   * @param high the largest value
   * @return the settings
   * @throws IllegalArgumentException if a number or the range is not finite, or the mean is not
   *     inside the bounds by at least 1e-12 of the range
   */
  public static Settings expecting(double mean, double low, double high) {
    return new Settings(
        mean,
        low,
        high,
        0,
        (high - low) / 100,
        1_000_000,
        Direction.BOTH,
        Procedure.SHIRYAEV_ROBERTS);
  }

  @Override
  boolean isUsable(double value) {
    return !Double.isNaN(value);
  }

  @Override
  Signal next(double value) {
    double clipped = Math.max(settings.low, Math.min(settings.high, value));
    increase.add((clipped - settings.low) / range);
    decrease.add((settings.high - clipped) / range);
    double evidence = evidence();
    if (evidence >= settings.runLength) {
      return Signal.CHANGE;
    }
    return evidence * evidence >= settings.runLength ? Signal.WARNING : Signal.STABLE;
  }

  @Override
  void clear() {
    increase.clear();
    decrease.clear();
  }

  /** {@return the average M of the bets on an increase; 0 without such bets} */
  public double evidenceOfIncrease() {
    return increase.evidence();
  }

  /** {@return the average M of the bets on a decrease; 0 without such bets} */
  public double evidenceOfDecrease() {
    return decrease.evidence();
  }

  /** {@return the average M of all bets, first 0} */
  @Override
  public double evidence() {
    double sum = evidenceOfIncrease() + evidenceOfDecrease();
    return settings.direction == Direction.BOTH ? sum / 2 : sum;
  }

  /** {@return the average run length} */
  @Override
  public double bound() {
    return settings.runLength;
  }

  @Override
  public byte[] toBytes() {
    SnapshotWriter out = new SnapshotWriter(SnapshotKind.E_DETECTOR);
    out.put(settings.mean).put(settings.low).put(settings.high);
    out.put(settings.tolerance).put(settings.smallestChange).put(settings.runLength);
    out.put(settings.direction).put(settings.procedure);
    writeCounts(out);
    increase.write(out);
    decrease.write(out);
    return out.finish();
  }

  /**
   * Restores a detector.
   *
   * @param bytes the result of {@link #toBytes}
   * @return a detector in the same state
   * @throws DataException if the bytes are damaged, or no snapshot of this class
   */
  public static EDetector fromBytes(byte[] bytes) {
    return SnapshotReader.read(bytes, SnapshotKind.E_DETECTOR, EDetector::read);
  }

  private static EDetector read(SnapshotReader in) {
    EDetector detector =
        expecting(in.finite(), in.finite(), in.finite())
            .withTolerance(in.finite())
            .withSmallestChange(in.finite())
            .withAverageRunLength(in.finite())
            .with(in.constant(Direction.class))
            .with(in.constant(Procedure.class))
            .start();
    detector.readCounts(in);
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
    private final boolean cusum;

    private Bets(double[] kept, double[] staked, boolean cusum) {
      this.kept = kept;
      this.staked = staked;
      this.capital = new double[kept.length];
      this.cusum = cusum;
    }

    static Bets none() {
      return new Bets(new double[0], new double[0], false);
    }

    static Bets of(double mean, double change, boolean cusum) {
      double largest = mean / change;
      double smallest = mean * change / (0.25 + change * change);
      int size = 1;
      while (size < MOST && Math.scalb(smallest, size - 1) < largest) {
        size++;
      }
      double[] kept = new double[size];
      double[] staked = new double[kept.length];
      for (int i = 0; i < kept.length; i++) {
        double odds = Math.scalb(smallest, i);
        kept[i] = 1 / (1 + odds);
        staked[i] = odds / (1 + odds) / mean;
      }
      return new Bets(kept, staked, cusum);
    }

    void add(double z) {
      for (int i = 0; i < capital.length; i++) {
        double factor = kept[i] + staked[i] * z;
        capital[i] = factor * (cusum ? Math.max(capital[i], 1) : capital[i] + 1);
      }
    }

    double evidence() {
      double sum = 0;
      for (double each : capital) {
        sum += each;
      }
      return capital.length == 0 ? 0 : sum / capital.length;
    }

    void clear() {
      Arrays.fill(capital, 0);
    }

    void write(SnapshotWriter out) {
      out.put(capital);
    }

    void read(SnapshotReader in) {
      for (int i = 0; i < capital.length; i++) {
        capital[i] = in.positive();
      }
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
    private final Direction direction;
    private final Procedure procedure;

    private Settings(
        double mean,
        double low,
        double high,
        double tolerance,
        double smallestChange,
        double runLength,
        Direction direction,
        Procedure procedure) {
      double range = Check.between("high - low", high - low, 0, Double.MAX_VALUE);
      this.mean = mean;
      this.low = low;
      this.high = high;
      this.tolerance = Check.atLeast("tolerance", tolerance, 0);
      checkInside("mean - tolerance", (mean - tolerance - low) / range);
      checkInside("mean + tolerance", (mean + tolerance - low) / range);
      this.smallestChange = smallestChange;
      Check.between("smallest change / range", smallestChange / range, LEAST_SHARE, 1);
      this.runLength = Check.between("average run length", runLength, 1, 1e300);
      this.direction = direction;
      this.procedure = procedure;
    }

    private static void checkInside(String name, double share) {
      Check.between(name + ", as a share of the range", share, LEAST_SHARE, 1 - LEAST_SHARE);
    }

    /**
     * Returns the same settings with another promise.
     *
     * @param rows A, the least number of rows before a false alarm, on average, above 1
     * @return a changed copy
     */
    public Settings withAverageRunLength(double rows) {
      return new Settings(mean, low, high, tolerance, smallestChange, rows, direction, procedure);
    }

    /**
     * Returns the same settings for an expected mean that is not exactly known. Every mean within
     * the tolerance counts as unchanged.
     *
     * @param distance from 0, in the unit of the values; both ends within the bounds
     * @return a changed copy
     */
    public Settings withTolerance(double distance) {
      return new Settings(
          mean, low, high, distance, smallestChange, runLength, direction, procedure);
    }

    /**
     * Returns the same settings for another smallest change of interest. Smaller changes are still
     * found, but later than they could be.
     *
     * @param change above 0, below the range, in the unit of the values
     * @return a changed copy
     */
    public Settings withSmallestChange(double change) {
      return new Settings(mean, low, high, tolerance, change, runLength, direction, procedure);
    }

    /**
     * Returns the same settings for a mean that moves up; one below the expected mean is no change.
     *
     * @return a changed copy
     */
    public Settings onlyIncrease() {
      return with(Direction.INCREASE);
    }

    /**
     * Returns the same settings for a mean that moves down; one above the expected mean is no
     * change.
     *
     * @return a changed copy
     */
    public Settings onlyDecrease() {
      return with(Direction.DECREASE);
    }

    Settings with(Direction watched) {
      return new Settings(
          mean, low, high, tolerance, smallestChange, runLength, watched, procedure);
    }

    /**
     * Returns the same settings with the CUSUM rule. Of the bets that begin at every row it keeps
     * the best, where Shiryaev-Roberts adds them up; it is more careful, so a little later.
     *
     * @return a changed copy
     */
    public Settings withCusum() {
      return with(Procedure.CUSUM);
    }

    Settings with(Procedure joined) {
      return new Settings(mean, low, high, tolerance, smallestChange, runLength, direction, joined);
    }

    /** {@return a new detector} */
    public EDetector start() {
      return new EDetector(this);
    }
  }
}
