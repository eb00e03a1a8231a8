package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.internal.Figures;

/** The verdict on one feature. Too few rows is a verdict of its own, never "stable". */
public sealed interface DriftVerdict {

  /** A verdict that rests on a measurement. */
  sealed interface Judged extends DriftVerdict {
    /** {@return the name of the measure of effect; for example {@code wasserstein/sigma}} */
    String measure();

    /**
     * {@return the size of the effect; a size on the scale of the measure; a difference of shares
     * has a sign}
     */
    double effect();

    /** {@return the size from which the effect matters, above 0} */
    double bound();

    /**
     * {@return the p-value, corrected for the number of features that were judged together; 0 to 1}
     */
    double adjustedPValue();

    /**
     * {@return the size of the effect in units of its bound, for sorting; 0 or more; 1 or more if
     * the effect matters}
     */
    default double relativeEffect() {
      return Math.abs(effect()) / bound();
    }
  }

  /**
   * The effect reaches its bound and its test is significant.
   *
   * @param measure the measure of effect, for example {@code wasserstein/sigma}
   * @param effect its size; a difference of shares has a sign
   * @param bound the size from which it matters
   * @param adjustedPValue the p-value, corrected for the number of features judged together
   */
  record Drifted(String measure, double effect, double bound, double adjustedPValue)
      implements Judged {
    @Override
    public String toString() {
      return "drifted: " + text(this);
    }
  }

  /**
   * The effect is below its bound, or random variation alone explains it.
   *
   * @param measure the measure of effect, for example {@code wasserstein/sigma}
   * @param effect its size; a difference of shares has a sign
   * @param bound the size from which it matters
   * @param adjustedPValue the p-value, corrected for the number of features judged together
   */
  record Stable(String measure, double effect, double bound, double adjustedPValue)
      implements Judged {
    @Override
    public String toString() {
      return "stable: " + text(this);
    }
  }

  private static String text(Judged verdict) {
    String[] figures = Figures.apart(verdict.effect(), verdict.bound());
    return "%s %s, bound %s, p %s"
        .formatted(
            verdict.measure(), figures[0], figures[1], Figures.pValue(verdict.adjustedPValue()));
  }

  /**
   * Too few rows for a verdict.
   *
   * @param rowsNeeded how many more rows with a value the smaller side needs
   */
  record InsufficientData(long rowsNeeded) implements DriftVerdict {
    @Override
    public String toString() {
      return "insufficient data: " + rowsNeeded + " more rows are needed";
    }
  }
}
