package io.mlops4j.monitor.live.watch.shadow;

import io.mlops4j.rollout.OutputDifference;
import io.mlops4j.rollout.internal.AnswerCell;
import io.mlops4j.rollout.internal.OutputComparison;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares the answers of two models to the same rows, cell by cell. Thread safe. */
public final class CellComparison {
  private static final int MOST_OUTPUTS = 1_000;

  private final double tolerance;
  private final Map<String, OutputComparison> outputs = new TreeMap<>();
  private long rows;

  /**
   * @param tolerance by which numbers may differ
   */
  public CellComparison(double tolerance) {
    this.tolerance = tolerance;
  }

  /** Adds the answers to a row, by output. */
  public synchronized void add(
      Map<String, AnswerCell> baseline, Map<String, AnswerCell> candidate) {
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

  public synchronized long rows() {
    return rows;
  }

  /** The differences of each output that both models have, by name. */
  public synchronized List<OutputDifference> outputs() {
    return outputs.values().stream().map(OutputComparison::result).toList();
  }
}
