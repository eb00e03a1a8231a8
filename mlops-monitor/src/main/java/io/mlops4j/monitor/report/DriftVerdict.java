package io.mlops4j.monitor.report;

import java.util.Locale;

/** What a comparison says of one feature. Too few rows is an answer of its own, never "stable". */
public sealed interface DriftVerdict {

  /**
   * The effect reaches its bound and its test is significant.
   *
   * @param measure the measure of effect, for example {@code wasserstein/sigma}
   * @param effect how large it is; the difference of shares has a sign
   * @param bound from which size on it matters
   * @param adjustedPValue the p-value corrected for the number of features judged together
   */
  record Drifted(String measure, double effect, double bound, double adjustedPValue)
      implements DriftVerdict {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "drifted: %s %s, bound %s, p %s",
          measure,
          Figures.of(effect),
          Figures.of(bound),
          Figures.pValue(adjustedPValue));
    }
  }

  /**
   * The effect is below its bound, or a chance would do.
   *
   * @param measure the measure of effect
   * @param effect how large it is
   * @param bound from which size on it matters
   * @param adjustedPValue the p-value corrected for the number of features judged together
   */
  record Stable(String measure, double effect, double bound, double adjustedPValue)
      implements DriftVerdict {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "stable: %s %s, bound %s, p %s",
          measure,
          Figures.of(effect),
          Figures.of(bound),
          Figures.pValue(adjustedPValue));
    }
  }

  /**
   * Nothing can be said yet.
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
