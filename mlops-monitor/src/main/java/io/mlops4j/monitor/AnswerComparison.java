package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.live.watch.shadow.CellComparison;
import io.mlops4j.rollout.OutputDifference;
import io.mlops4j.rollout.internal.AnswerCell;
import io.mlops4j.rollout.internal.OutputComparison;
import java.util.List;

/**
 * Compares the answers of two models to the same rows, output by output. Its memory is bounded: a
 * sample of 4096 rows and up to 1000 categories for each output, and no other rows. Thread safe.
 *
 * <p>A monitor does this for a deployment's shadow; see {@link ModelMonitor#comparisons}.
 */
public final class AnswerComparison {
  private final CellComparison cells;

  private AnswerComparison(double tolerance) {
    this.cells = new CellComparison(tolerance);
  }

  /**
   * Starts a comparison without rows, with a tolerance of 0.0001.
   *
   * @return a comparison
   */
  public static AnswerComparison withDefaults() {
    return new AnswerComparison(OutputComparison.TOLERANCE);
  }

  /**
   * Starts a comparison without rows.
   *
   * @param tolerance numbers {@code a} and {@code b} differ if {@code |a - b| > tolerance * max(1,
   *     |a|, |b|)}; 0 or more and finite
   * @return a comparison
   * @throws IllegalArgumentException if the tolerance is negative or not finite
   */
  public static AnswerComparison withTolerance(double tolerance) {
    return new AnswerComparison(OutputComparison.checkTolerance(tolerance));
  }

  /**
   * Adds the answers of both models to the same rows, in the same order. Outputs that only one of
   * them has are ignored, and so are outputs beyond the first thousand.
   *
   * @param baseline the answers of one model; only read
   * @param candidate the answers of the other model; only read
   * @return this comparison
   * @throws IllegalArgumentException if the numbers of rows differ; nothing was added
   */
  public AnswerComparison add(FeatureBatch baseline, FeatureBatch candidate) {
    if (baseline.rows() != candidate.rows()) {
      throw new IllegalArgumentException(
          "candidate: found %d rows, expected %d as in the baseline"
              .formatted(candidate.rows(), baseline.rows()));
    }
    for (int row = 0; row < baseline.rows(); row++) {
      cells.add(AnswerCell.row(baseline, row), AnswerCell.row(candidate, row));
    }
    return this;
  }

  /** {@return the number of rows added so far} */
  public long rows() {
    return cells.rows();
  }

  /** {@return the differences of each output that both models have, by name; an immutable list} */
  public List<OutputDifference> outputs() {
    return cells.outputs();
  }
}
