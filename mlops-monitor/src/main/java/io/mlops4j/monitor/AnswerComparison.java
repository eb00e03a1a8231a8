package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.rollout.OutputDifference;
import io.mlops4j.rollout.internal.AnswerCell;
import io.mlops4j.rollout.internal.OutputComparison;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares the answers of two models to the same rows, output by output. Its memory is bounded: a
 * sample of 4096 rows and up to 1000 categories for each output, and no other rows. Thread safe.
 *
 * <p>A monitor does this for a deployment's shadow; see {@link ModelMonitor#comparisons}.
 */
public final class AnswerComparison {
  private static final int MOST_OUTPUTS = 1_000;

  private final double tolerance;
  private final Map<String, OutputComparison> outputs = new TreeMap<>();
  private long rows;

  private AnswerComparison(double tolerance) {
    this.tolerance = tolerance;
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
      add(AnswerCell.row(baseline, row), AnswerCell.row(candidate, row));
    }
    return this;
  }

  synchronized void add(Map<String, AnswerCell> baseline, Map<String, AnswerCell> candidate) {
    rows++;
    baseline.forEach(
        (name, cell) -> {
          AnswerCell other = candidate.get(name);
          if (other != null && (outputs.size() < MOST_OUTPUTS || outputs.containsKey(name))) {
            outputs
                .computeIfAbsent(name, absent -> new OutputComparison(name, tolerance))
                .add(cell, other);
          }
        });
  }

  /** {@return the number of rows added so far} */
  public synchronized long rows() {
    return rows;
  }

  /** {@return the differences of each output that both models have, by name; an immutable list} */
  public synchronized List<OutputDifference> outputs() {
    return outputs.values().stream().map(OutputComparison::result).toList();
  }
}
