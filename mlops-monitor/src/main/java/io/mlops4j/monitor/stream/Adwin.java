package io.mlops4j.monitor.stream;

import io.mlops4j.error.DataException;

/**
 * ADWIN (adaptive window), a detector and estimator of the mean. It keeps the longest window of
 * recent rows whose mean has not changed.
 *
 * <p><b>Rule.</b> The window is cut into an older part of n0 rows and a newer one of n1 rows, at
 * each border of its buckets. While some cut has
 *
 * <pre>
 * |mean0 - mean1| &gt; sqrt(2 m s2 d) + 2/3 m d,
 *   m = 1/(n0 - k + 1) + 1/(n1 - k + 1),  d = ln(2 ln(n) / delta)
 * </pre>
 *
 * the oldest bucket is dropped, and {@link Signal#CHANGE} is reported. s2 is the variance of the
 * window, n its rows, k = 5 the smallest part; parts of up to k + 1 rows are not compared, nor are
 * windows of up to 10 rows. It looks at every 32nd row.
 *
 * <p><b>Source.</b> Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing",
 * 2007, algorithm ADWIN2. k and the clock are MOA's, whose windows it reproduces. River differs: it
 * leaves out some cuts, and drops the whole window after a change.
 *
 * <p><b>False alarms.</b> {@code delta} is the confidence of one look, not a budget: the rate of
 * false alarms depends on the distribution and is usually far lower. It never warns.
 *
 * <p><b>Memory.</b> O(log rows): 16 bytes for each of at most 6 buckets per power of two, 24 with
 * scratch space; 3 kilobytes for a million rows. A look takes O(log rows) time.
 *
 * <p><b>Special values.</b> NaN and infinite values are skipped. A constant stream never changes.
 * The deviations of values beyond 1e150 overflow; no change is reported while they are in the
 * window. One outlier widens the variance in the same way, so clip values with heavy tails.
 *
 * <p>Not thread safe.
 */
public final class Adwin extends AbstractDetector {
  private static final int SHORTEST_WINDOW = 10;

  private final Settings settings;
  private final Buckets buckets;
  private double evidence;

  private Adwin(Settings settings) {
    this.settings = settings;
    this.buckets = new Buckets(settings.mostBuckets);
  }

  /**
   * {@return the settings of MOA: delta 0.002, a look every 32 rows, 5 buckets, smallest part 5}
   */
  public static Settings withDefaults() {
    return Settings.DEFAULTS;
  }

  @Override
  Signal next(double value) {
    buckets.add(value);
    if (rows() % settings.clock != 0 || buckets.width() <= SHORTEST_WINDOW) {
      return Signal.STABLE;
    }
    evidence = look();
    double found = evidence;
    while (found > 1) {
      buckets.dropOldest();
      found = look();
    }
    return evidence > 1 ? Signal.CHANGE : Signal.STABLE;
  }

  private double look() {
    return buckets.largestDifference(settings.delta, settings.smallestPart);
  }

  /** Keeps the window: it holds the rows since the change. */
  @Override
  void startAnew() {}

  @Override
  void clear() {
    buckets.clear();
    evidence = 0;
  }

  /** {@return the mean of the window; 0 before the first row} */
  public double mean() {
    return buckets.mean();
  }

  /** {@return the population variance of the window; 0 before the first row; may be infinite} */
  public double variance() {
    return buckets.variance();
  }

  /** {@return the number of rows in the window} */
  public long width() {
    return buckets.width();
  }

  /**
   * {@return the largest difference of means at the last look, before rows were dropped, divided by
   * what the rule allows; 0 before the first look}
   */
  @Override
  public double evidence() {
    return evidence;
  }

  /** {@return 1} */
  @Override
  public double bound() {
    return 1;
  }

  @Override
  public byte[] toBytes() {
    SnapshotWriter out = new SnapshotWriter(SnapshotKind.ADWIN);
    out.put(settings.delta)
        .put(settings.clock)
        .put(settings.mostBuckets)
        .put(settings.smallestPart);
    writeCounts(out);
    buckets.write(out.put(evidence));
    return out.finish();
  }

  /**
   * Restores a detector.
   *
   * @param bytes the result of {@link #toBytes}
   * @return a detector in the same state
   * @throws DataException if the bytes are damaged, or no snapshot of this class
   */
  public static Adwin fromBytes(byte[] bytes) {
    return SnapshotReader.read(bytes, SnapshotKind.ADWIN, Adwin::read);
  }

  private static Adwin read(SnapshotReader in) {
    Adwin adwin =
        withDefaults()
            .withDelta(in.finite())
            .withClock(in.integer())
            .withMostBuckets(in.integer())
            .withSmallestPart(in.integer())
            .start();
    adwin.readCounts(in);
    adwin.evidence = in.positive();
    adwin.buckets.read(in);
    adwin.checkRows(adwin.width());
    return adwin;
  }

  /** The settings of an {@link Adwin}. Immutable and thread safe. */
  public static final class Settings {
    private static final Settings DEFAULTS = new Settings(0.002, 32, 5, 5);

    private final double delta;
    private final int clock;
    private final int mostBuckets;
    private final int smallestPart;

    private Settings(double delta, int clock, int mostBuckets, int smallestPart) {
      this.delta = delta;
      this.clock = clock;
      this.mostBuckets = mostBuckets;
      this.smallestPart = smallestPart;
    }

    /**
     * Returns the same settings with another confidence.
     *
     * @param delta between 0 and 1, exclusive; a smaller one finds fewer changes
     * @return a changed copy
     */
    public Settings withDelta(double delta) {
      return new Settings(Check.between("delta", delta, 0, 1), clock, mostBuckets, smallestPart);
    }

    /**
     * Returns the same settings with another interval of looks.
     *
     * @param rows 1 (every row, as in the paper) to a million
     * @return a changed copy
     */
    public Settings withClock(int rows) {
      return new Settings(
          delta, Check.between("rows", rows, 1, 1_000_000), mostBuckets, smallestPart);
    }

    /**
     * Returns the same settings with another number of buckets. More buckets find the row of a
     * change more exactly, and take more memory and time.
     *
     * @param perLevel 2 to 10 000; a level is a power of two
     * @return a changed copy
     */
    public Settings withMostBuckets(int perLevel) {
      return new Settings(
          delta, clock, Check.between("perLevel", perLevel, 2, 10_000), smallestPart);
    }

    /**
     * Returns the same settings with another smallest part.
     *
     * @param rows 1 to a million; k in the rule
     * @return a changed copy
     */
    public Settings withSmallestPart(int rows) {
      return new Settings(delta, clock, mostBuckets, Check.between("rows", rows, 1, 1_000_000));
    }

    /** {@return a new detector} */
    public Adwin start() {
      return new Adwin(this);
    }
  }
}
