package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.ServedBy;
import java.util.Objects;
import java.util.Optional;

/**
 * How the challenger's answers compare with the champion's, since the challenger's last swap.
 * Immutable.
 *
 * @param challenger the challenger's version; empty while its alias points to no version that can
 *     serve
 * @param refused the version of its alias if it was refused
 * @param waiting the version of its alias if it will be retried
 * @param rows how many rows were compared
 * @param dropped how many rows were dropped because the challenger was behind
 * @param failed how many rows the challenger could not answer
 * @param disagreements how many values differ; a number differs from any other number and from NaN,
 *     and an output that only one of the two models has differs
 * @param maxDifference the largest absolute difference of two finite numbers, 0 if none differ
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
   * @param challenger the challenger's version
   * @param refused the version of its alias if it was refused
   * @param waiting the version of its alias if it will be retried
   * @param rows how many rows were compared
   * @param dropped how many rows were dropped because the challenger was behind
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
