package io.mlops4j.monitor.stream;

import io.mlops4j.error.DataException;

/**
 * DDM (drift detection method), a detector of an error rate that rises.
 *
 * <p><b>Rule.</b> Let p be the share of wrong answers among n rows and {@code s = sqrt(p (1 - p) /
 * n)}. The detector keeps p and s of the row with the least {@code p + s} ({@code pmin}, {@code
 * smin}). It warns while {@code p + s > pmin + 2 smin}, and reports a change when {@code p + s >
 * pmin + 3 smin}. Both begin with row 30.
 *
 * <p><b>Source.</b> Gama, Medas, Castillo and Rodrigues, "Learning with drift detection", 2004. One
 * difference: no minimum is kept before the first wrong answer. There s would be 0, and the first
 * wrong answer after thirty right ones a change, as in MOA and River. MOA begins at row 29 and
 * River at row 31.
 *
 * <p><b>False alarms.</b> No budget: the least {@code p + s} of many rows is low by chance. A rate
 * that falls is no change.
 *
 * <p><b>Memory.</b> O(1).
 *
 * <p><b>Special values.</b> NaN is skipped. A value outside [0, 1] is rejected with an {@link
 * IllegalArgumentException}. Values between 0 and 1, such as a probability of being wrong, are read
 * as parts of an error.
 *
 * <p>Not thread safe.
 */
public final class Ddm extends AbstractDetector {
  private final Settings settings;
  private long count;
  private double errors;
  private double leastRate;
  private double leastDeviation;

  private Ddm(Settings settings) {
    this.settings = settings;
    clear();
  }

  /** {@return the settings of the paper: 30 rows, a warning at 2 deviations, a change at 3} */
  public static Settings withDefaults() {
    return Settings.DEFAULTS;
  }

  @Override
  boolean isUsable(double value) {
    if (value < 0 || value > 1) {
      throw new IllegalArgumentException(
          "value: found "
              + value
              + ", expected 0 for a right answer, 1 for a wrong one, or a number between");
    }
    return !Double.isNaN(value);
  }

  @Override
  Signal next(double value) {
    count++;
    errors += value;
    if (count < settings.firstRow || errors == 0) {
      return Signal.STABLE;
    }
    if (errorRate() + deviation() <= leastRate + leastDeviation) {
      leastRate = errorRate();
      leastDeviation = deviation();
    }
    double excess = errorRate() + deviation() - leastRate;
    if (excess > settings.change * leastDeviation) {
      return Signal.CHANGE;
    }
    return excess > settings.warning * leastDeviation ? Signal.WARNING : Signal.STABLE;
  }

  private double deviation() {
    double rate = errorRate();
    return count == 0 ? 0 : Math.sqrt(rate * (1 - rate) / count);
  }

  @Override
  void clear() {
    count = 0;
    errors = 0;
    leastRate = 1;
    leastDeviation = 1;
  }

  /** {@return the share of wrong answers since the last change; 0 before the first row} */
  public double errorRate() {
    return count == 0 ? 0 : Math.min(1, errors / count);
  }

  /**
   * {@return {@code (p + s - pmin) / smin}; 0 before the first row of the rule; 1 at the minimum; 0
   * if all answers were wrong}
   */
  @Override
  public double evidence() {
    double excess = errorRate() + deviation() - leastRate;
    return leastRate == 1 || leastDeviation == 0 ? 0 : excess / leastDeviation;
  }

  /** {@return the number of deviations of a change} */
  @Override
  public double bound() {
    return settings.change;
  }

  @Override
  public byte[] toBytes() {
    SnapshotWriter out = new SnapshotWriter(SnapshotKind.DDM);
    out.put(settings.firstRow).put(settings.warning).put(settings.change);
    writeCounts(out);
    return out.put(count).put(errors).put(leastRate).put(leastDeviation).finish();
  }

  /**
   * Restores a detector.
   *
   * @param bytes the result of {@link #toBytes}
   * @return a detector in the same state
   * @throws DataException if the bytes are damaged, or no snapshot of this class
   */
  public static Ddm fromBytes(byte[] bytes) {
    return SnapshotReader.read(bytes, SnapshotKind.DDM, Ddm::read);
  }

  private static Ddm read(SnapshotReader in) {
    Ddm ddm =
        withDefaults().withFirstRow(in.integer()).withDeviations(in.finite(), in.finite()).start();
    ddm.readCounts(in);
    ddm.count = in.count();
    ddm.errors = in.positive();
    ddm.leastRate = in.positive();
    ddm.leastDeviation = in.positive();
    ddm.checkRows(ddm.count);
    SnapshotReader.check(
        ddm.errors <= ddm.count && ddm.leastRate <= 1 && ddm.leastDeviation <= 1,
        "no errors have its figures");
    return ddm;
  }

  /** The settings of a {@link Ddm}. Immutable and thread safe. */
  public static final class Settings {
    private static final Settings DEFAULTS = new Settings(30, 2, 3);

    private final int firstRow;
    private final double warning;
    private final double change;

    private Settings(int firstRow, double warning, double change) {
      this.firstRow = firstRow;
      this.warning = warning;
      this.change = change;
    }

    /**
     * Returns the same settings with another first row of the rule.
     *
     * @param row 1 to a million
     * @return a changed copy
     */
    public Settings withFirstRow(int row) {
      return new Settings(Check.between("row", row, 1, 1_000_000), warning, change);
    }

    /**
     * Returns the same settings with other bounds.
     *
     * @param warning deviations of a warning, from 1
     * @param change deviations of a change, at least those of a warning
     * @return a changed copy
     */
    public Settings withDeviations(double warning, double change) {
      return new Settings(
          firstRow, Check.atLeast("warning", warning, 1), Check.atLeast("change", change, warning));
    }

    /** {@return a new detector} */
    public Ddm start() {
      return new Ddm(this);
    }
  }
}
