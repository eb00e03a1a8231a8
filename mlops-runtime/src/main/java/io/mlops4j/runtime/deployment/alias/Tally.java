package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.ShadowStatus;
import java.util.Optional;

/** The counters of one challenger. Thread safe. */
final class Tally {
  private long rows;
  private long dropped;
  private long failed;
  private long disagreements;
  private double maxDifference;

  synchronized void compared(int rows, Difference difference) {
    this.rows += rows;
    disagreements += difference.disagreements();
    maxDifference = Math.max(maxDifference, difference.max());
  }

  synchronized void dropped(int rows) {
    dropped += rows;
  }

  synchronized void failed(int rows) {
    failed += rows;
  }

  synchronized ShadowStatus status(
      Optional<ServedBy> challenger,
      Optional<DeploymentStatus.Refusal> refused,
      Optional<DeploymentStatus.Waiting> waiting) {
    return new ShadowStatus(
        challenger, refused, waiting, rows, dropped, failed, disagreements, maxDifference);
  }
}
