package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.ServedBy;
import java.util.Objects;
import java.util.Optional;

/**
 * A candidate that answers a share of the calls. Immutable and thread safe.
 *
 * @param serving the candidate; empty if none can serve now
 * @param share the share of the calls that it answers, 0 to 1
 * @param refused the candidate if it was refused
 * @param waiting the candidate if it will be retried
 * @param rollout the rollout that sets the share; empty for a fixed share
 * @param calls the calls of candidate and champion since the step of the rollout began, or since
 *     either of them was swapped; those that chose by {@link
 *     io.mlops4j.inference.CallOptions#withRoute} included. Empty while one of them does not serve
 */
public record CanaryStatus(
    Optional<ServedBy> serving,
    double share,
    Optional<DeploymentStatus.Refusal> refused,
    Optional<DeploymentStatus.Waiting> waiting,
    Optional<RolloutStatus> rollout,
    Optional<CallComparison> calls) {
  /**
   * Checks that nothing is null.
   *
   * @param serving the candidate
   * @param share the share of the calls that it answers
   * @param refused the candidate if it was refused
   * @param waiting the candidate if it will be retried
   * @param rollout the rollout that sets the share
   * @param calls the calls of candidate and champion
   */
  public CanaryStatus {
    Objects.requireNonNull(serving, "serving");
    Objects.requireNonNull(refused, "refused");
    Objects.requireNonNull(waiting, "waiting");
    Objects.requireNonNull(rollout, "rollout");
    Objects.requireNonNull(calls, "calls");
  }
}
