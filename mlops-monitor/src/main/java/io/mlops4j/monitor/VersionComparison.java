package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.rollout.OutputDifference;
import java.util.List;
import java.util.Objects;

/**
 * Two versions compared on identical rows: a version that serves, and its shadow. Immutable.
 *
 * @param baseline the version whose answers were returned
 * @param candidate the version that answered the same rows in the shadow
 * @param rows the rows that both answered
 * @param unpairedBaseline rows of the baseline that were given up because no shadow answered them
 *     in time
 * @param unpairedCandidate rows of the candidate whose answer by a version that serves is not, or
 *     no longer, known
 * @param outputs the differences of each output
 */
public record VersionComparison(
    ServedBy baseline,
    ServedBy candidate,
    long rows,
    long unpairedBaseline,
    long unpairedCandidate,
    List<OutputDifference> outputs) {
  /**
   * Checks that nothing is null.
   *
   * @param baseline the version whose answers were returned
   * @param candidate the version that answered the same rows in the shadow
   * @param rows the rows that both answered
   * @param unpairedBaseline rows of the baseline that were given up
   * @param unpairedCandidate rows of the candidate without a known answer of another version
   * @param outputs the differences of each output
   */
  public VersionComparison {
    Objects.requireNonNull(baseline, "baseline");
    Objects.requireNonNull(candidate, "candidate");
    outputs = List.copyOf(outputs);
  }
}
