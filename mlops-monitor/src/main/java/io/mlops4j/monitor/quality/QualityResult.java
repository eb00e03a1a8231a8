package io.mlops4j.monitor.quality;

import io.mlops4j.rollout.Evidence;
import java.util.Objects;

/** The result of one check of one column. Immutable. */
public sealed interface QualityResult {
  /** {@return the kind of check} */
  QualityCheck check();

  /**
   * {@return the column; two names joined by {@code " and "} for swapped columns; {@code rows} for
   * duplicates}
   */
  String column();

  /**
   * The check found what it looks for.
   *
   * @param check the kind of check
   * @param column the column
   * @param measured the measured figure, in the unit that the kind of check states
   * @param bound the bound that the figure exceeds
   * @param relativeEffect the size of the problem in units of what is tolerated: 1 at the bound,
   *     larger if it is worse
   * @param text what was found, in words, with figure and bound
   * @param advice what to do, in words
   */
  record Failed(
      QualityCheck check,
      String column,
      double measured,
      double bound,
      double relativeEffect,
      String text,
      String advice)
      implements QualityResult {
    /**
     * Checks that nothing is null.
     *
     * @param check the kind of check
     * @param column the column
     * @param measured the measured figure
     * @param bound the bound
     * @param relativeEffect the size of the problem
     * @param text what was found
     * @param advice what to do
     */
    public Failed {
      Objects.requireNonNull(check, "check");
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(text, "text");
      Objects.requireNonNull(advice, "advice");
    }

    /** {@return the figure, the bound and a sentence, named like the column} */
    public Evidence evidence() {
      return new Evidence(column, measured, bound, toString());
    }

    /** {@return column, text and advice} */
    @Override
    public String toString() {
      return column + ": " + text + "; " + advice;
    }
  }

  /**
   * The check found no problem.
   *
   * @param check the kind of check
   * @param column the column
   * @param measured the measured figure, in the unit that the kind of check states
   * @param bound the bound that the figure does not exceed
   */
  record Passed(QualityCheck check, String column, double measured, double bound)
      implements QualityResult {
    /**
     * Checks that nothing is null.
     *
     * @param check the kind of check
     * @param column the column
     * @param measured the measured figure
     * @param bound the bound
     */
    public Passed {
      Objects.requireNonNull(check, "check");
      Objects.requireNonNull(column, "column");
    }
  }

  /**
   * The check was not made, so it says nothing about the rows.
   *
   * @param check the kind of check
   * @param column the column
   * @param reason why, and what to do
   */
  record NotChecked(QualityCheck check, String column, String reason) implements QualityResult {
    /**
     * Checks that nothing is null.
     *
     * @param check the kind of check
     * @param column the column
     * @param reason why, and what to do
     */
    public NotChecked {
      Objects.requireNonNull(check, "check");
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(reason, "reason");
    }
  }
}
