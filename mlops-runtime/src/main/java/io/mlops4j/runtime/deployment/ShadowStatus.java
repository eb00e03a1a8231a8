package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.ServedBy;
import java.util.Objects;
import java.util.Optional;

/**
 * How a challenger answered the rows that the champion answered, since the challenger's last swap.
 * Immutable.
 *
 * @param challenger who was asked; empty while its alias names nothing that can serve
 * @param refused what its alias names and why that does not serve, if there is such
 * @param waiting what its alias names and is tried again, if there is such
 * @param rows how many rows were compared
 * @param dropped how many rows were not asked as the challenger was behind
 * @param failed how many rows the challenger could not answer
 * @param disagreements how many values differ: numbers at all, texts, true and false, NaN against a
 *     number, an output that one of them lacks
 * @param maxDifference the largest absolute difference of two finite numbers, 0 when none differ
 */
public record ShadowStatus(
    Optional<ServedBy> challenger,
    Optional<DeploymentStatus.Refusal> refused,
    Optional<DeploymentStatus.Waiting> waiting,
    long rows,
    long dropped,
    long failed,
    long disagreements,
    double maxDifference) {
  /**
   * Checks that nothing is null.
   *
   * @param challenger who was asked; empty while its alias names nothing that can serve
   * @param refused what its alias names and why that does not serve, if there is such
   * @param waiting what its alias names and is tried again, if there is such
   * @param rows how many rows were compared
   * @param dropped how many rows were not asked as the challenger was behind
   * @param failed how many rows the challenger could not answer
   * @param disagreements how many values differ
   * @param maxDifference the largest absolute difference of two finite numbers
   */
  public ShadowStatus {
    Objects.requireNonNull(challenger, "challenger");
    Objects.requireNonNull(refused, "refused");
    Objects.requireNonNull(waiting, "waiting");
  }
}
