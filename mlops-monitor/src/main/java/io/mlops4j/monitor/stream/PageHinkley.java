package io.mlops4j.monitor.stream;

import io.mlops4j.error.DataException;

/**
 * The Page-Hinkley test, a detector of a mean that moves up or down.
 *
 * <p><b>Rule.</b> Values are standardised: {@code z = (x - mean) / deviation}. Let {@code avg} be
 * the average of z since the last change, this row included. Then
 *
 * <pre>
 * up   = alpha up   + z - avg - delta,  change if up - min(up) &gt; lambda
 * down = alpha down + z - avg + delta,  change if max(down) - down &gt; lambda
 * </pre>
 *
 * from row 30 on, with minimum and maximum over the rows since the last change.
 *
 * <p><b>Source.</b> Page, "Continuous inspection schemes", 1954; Hinkley, "Inference about the
 * change-point from cumulative sum tests", 1971. alpha and the defaults are those of MOA and River.
 * MOA looks for an increase only.
 *
 * <p><b>False alarms.</b> No budget. The defaults are made for values with a deviation below 1,
 * such as errors of 0 and 1; standardised normal values raise a false alarm about every 1600 rows.
 * It never warns.
 *
 * <p><b>Memory.</b> O(1).
 *
 * <p><b>Special values.</b> NaN and infinite values are skipped. A constant stream never changes.
 * Sums beyond the largest double are held there.
 *
 * <p>Not thread safe.
 */
public final class PageHinkley extends AbstractDetector {
  private final Settings settings;
  private long count;
  private double average;
  private double up;
  private double lowestUp;
  private double down;
  private double highestDown;

  private PageHinkley(Settings settings) {
    this.settings = settings;
    clear();
  }

  /** {@return the usual settings: delta 0.005, lambda 50, alpha 0.9999, from row 30, z = x} */
  public static Settings withDefaults() {
    return Settings.DEFAULTS;
  }

  @Override
  Signal next(double value) {
    double z = finite(finite(value - settings.mean) / settings.deviation);
    count++;
    average += finite(z - average) / count;
    double step = finite(z - average);
    up = finite(settings.alpha * up + (step - settings.delta));
    down = finite(settings.alpha * down + (step + settings.delta));
    lowestUp = Math.min(lowestUp, up);
    highestDown = Math.max(highestDown, down);
    return count >= settings.firstRow && evidence() > settings.lambda
        ? Signal.CHANGE
        : Signal.STABLE;
  }

  private static double finite(double value) {
    return Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, value));
  }

  @Override
  void clear() {
    count = 0;
    average = 0;
    up = 0;
    lowestUp = Double.MAX_VALUE;
    down = 0;
    highestDown = -Double.MAX_VALUE;
  }

  /** {@return the mean since the last change, in the unit of the values; 0 before the first row} */
  public double mean() {
    return count == 0 ? 0 : finite(settings.mean + finite(average * settings.deviation));
  }

  /** {@return the evidence that the mean rose: {@code up - min(up)}; 0 before the first row} */
  public double evidenceOfIncrease() {
    return count == 0 ? 0 : finite(up - lowestUp);
  }

  /** {@return the evidence that it fell: {@code max(down) - down}; 0 before the first row} */
  public double evidenceOfDecrease() {
    return count == 0 ? 0 : finite(highestDown - down);
  }

  /** {@return the larger evidence of both directions, also before the first row of the rule} */
  @Override
  public double evidence() {
    return Math.max(evidenceOfIncrease(), evidenceOfDecrease());
  }

  /** {@return lambda} */
  @Override
  public double bound() {
    return settings.lambda;
  }

  @Override
  public byte[] toBytes() {
    SnapshotWriter out = new SnapshotWriter(SnapshotKind.PAGE_HINKLEY);
    out.put(settings.delta).put(settings.lambda).put(settings.alpha).put(settings.firstRow);
    out.put(settings.mean).put(settings.deviation);
    writeCounts(out);
    out.put(count).put(average).put(up).put(lowestUp).put(down).put(highestDown);
    return out.finish();
  }

  /**
   * Restores a detector.
   *
   * @param bytes the result of {@link #toBytes}
   * @return a detector in the same state
   * @throws DataException if the bytes are damaged, or no snapshot of this class
   */
  public static PageHinkley fromBytes(byte[] bytes) {
    return SnapshotReader.read(bytes, SnapshotKind.PAGE_HINKLEY, PageHinkley::read);
  }

  private static PageHinkley read(SnapshotReader in) {
    PageHinkley test =
        withDefaults()
            .withDelta(in.finite())
            .withLambda(in.finite())
            .withAlpha(in.finite())
            .withFirstRow(in.integer())
            .withStandardisation(in.finite(), in.finite())
            .start();
    test.readCounts(in);
    test.count = in.count();
    test.average = in.finite();
    test.up = in.finite();
    test.lowestUp = in.finite();
    test.down = in.finite();
    test.highestDown = in.finite();
    test.checkRows(test.count);
    SnapshotReader.check(
        test.count == 0 || (test.lowestUp <= test.up && test.highestDown >= test.down),
        "no values have its sums");
    return test;
  }

  /** The settings of a {@link PageHinkley} test. Immutable and thread safe. */
  public static final class Settings {
    private static final Settings DEFAULTS = new Settings(0.005, 50, 0.9999, 30, 0, 1);

    private final double delta;
    private final double lambda;
    private final double alpha;
    private final int firstRow;
    private final double mean;
    private final double deviation;

    private Settings(
        double delta, double lambda, double alpha, int firstRow, double mean, double deviation) {
      this.delta = delta;
      this.lambda = lambda;
      this.alpha = alpha;
      this.firstRow = firstRow;
      this.mean = mean;
      this.deviation = deviation;
    }

    /**
     * Returns the same settings with another tolerance.
     *
     * @param delta the change of the mean that is tolerated, from 0, in deviations
     * @return a changed copy
     */
    public Settings withDelta(double delta) {
      double checked = Check.atLeast("delta", delta, 0);
      return new Settings(checked, lambda, alpha, firstRow, mean, deviation);
    }

    /**
     * Returns the same settings with another bound of the evidence.
     *
     * @param lambda from 0, in deviations
     * @return a changed copy
     */
    public Settings withLambda(double lambda) {
      double checked = Check.atLeast("lambda", lambda, 0);
      return new Settings(delta, checked, alpha, firstRow, mean, deviation);
    }

    /**
     * Returns the same settings with another rate of forgetting.
     *
     * @param alpha above 0, up to 1, which forgets nothing
     * @return a changed copy
     */
    public Settings withAlpha(double alpha) {
      double checked = Check.between("alpha", alpha, 0, Math.nextUp(1.0));
      return new Settings(delta, lambda, checked, firstRow, mean, deviation);
    }

    /**
     * Returns the same settings with another first row of the rule.
     *
     * @param row 1 to a million
     * @return a changed copy
     */
    public Settings withFirstRow(int row) {
      int checked = Check.between("row", row, 1, 1_000_000);
      return new Settings(delta, lambda, alpha, checked, mean, deviation);
    }

    /**
     * Returns the same settings for values with another scale.
     *
     * @param mean the mean that is subtracted from values, usually that of a reference
     * @param deviation the positive standard deviation by which they are divided
     * @return a changed copy
     */
    public Settings withStandardisation(double mean, double deviation) {
      return new Settings(
          delta,
          lambda,
          alpha,
          firstRow,
          Check.finite("mean", mean),
          Check.atLeast("deviation", deviation, Double.MIN_VALUE));
    }

    /** {@return a new detector} */
    public PageHinkley start() {
      return new PageHinkley(this);
    }
  }
}
