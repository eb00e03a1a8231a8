package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.registry.AliasRecord;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a deployment serves. Immutable.
 *
 * @param serving who answers
 * @param since since when
 * @param refused what the alias names instead and why that does not serve, if there is such
 */
public record DeploymentStatus(ServedBy serving, Instant since, Optional<Refusal> refused) {
  /**
   * Checks that nothing is null.
   *
   * @param serving who answers
   * @param since since when
   * @param refused what the alias names instead and why that does not serve, if there is such
   */
  public DeploymentStatus {
    Objects.requireNonNull(serving, "serving");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(refused, "refused");
  }

  /**
   * A version that never served.
   *
   * @param record the record that names it
   * @param reason what was found, what was expected
   * @param at when it was refused
   */
  public record Refusal(AliasRecord record, String reason, Instant at) {
    /**
     * Checks that nothing is null.
     *
     * @param record the record that names it
     * @param reason what was found, what was expected
     * @param at when it was refused
     */
    public Refusal {
      Objects.requireNonNull(record, "record");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(at, "at");
    }
  }
}
