package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.Priority;
import io.mlops4j.inference.ServedBy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The circuit breakers, fallbacks and load of a deployment. Immutable.
 *
 * @param breakers the breaker of the serving version, then that of the candidate; empty without
 *     {@link Deployment.Builder#circuitBreaker}
 * @param previous the version that is kept loaded for a rollback; empty if there is none
 * @param running the calls in flight now, waiting ones included
 * @param rejected the calls that were rejected because of the load, by priority
 * @param answeredByPrevious the calls that another version answered in place of the one that failed
 * @param answeredByDefault the calls that got the default prediction
 */
public record ProtectionStatus(
    List<Breaker> breakers,
    Optional<Previous> previous,
    int running,
    Map<Priority, Long> rejected,
    long answeredByPrevious,
    long answeredByDefault) {
  /**
   * Checks that nothing is null, and copies the collections.
   *
   * @param breakers the breaker of the serving version, then that of the candidate
   * @param previous the version that is kept loaded
   * @param running the calls in flight now
   * @param rejected the calls that were rejected because of the load, by priority
   * @param answeredByPrevious the calls that another version answered
   * @param answeredByDefault the calls that got the default prediction
   */
  public ProtectionStatus {
    breakers = List.copyOf(breakers);
    Objects.requireNonNull(previous, "previous");
    rejected = Map.copyOf(rejected);
  }

  /** Whether calls reach a version. */
  public enum State {
    /** All calls reach it. */
    CLOSED,
    /** No call reaches it until the next trial. */
    OPEN,
    /** A few calls reach it as a trial. */
    HALF_OPEN
  }

  /**
   * The circuit breaker of a version.
   *
   * @param version the version
   * @param state whether calls reach it
   * @param answered the calls that it answered and that count; not those that began before the
   *     breaker last opened or closed
   * @param failed the calls that failed and count
   * @param rejected the calls that did not reach it because the breaker was open
   * @param lastFailure the message of the last failure that counts
   * @param nextTrial when calls are let through as a trial; empty if it is closed
   */
  public record Breaker(
      ServedBy version,
      State state,
      long answered,
      long failed,
      long rejected,
      Optional<String> lastFailure,
      Optional<Instant> nextTrial) {
    /**
     * Checks that nothing is null.
     *
     * @param version the version
     * @param state whether calls reach it
     * @param answered the calls that it answered
     * @param failed the calls that failed and count
     * @param rejected the calls that did not reach it
     * @param lastFailure the message of the last failure that counts
     * @param nextTrial when calls are let through as a trial
     */
    public Breaker {
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(state, "state");
      Objects.requireNonNull(lastFailure, "lastFailure");
      Objects.requireNonNull(nextTrial, "nextTrial");
    }
  }

  /**
   * The version that served before and stays loaded.
   *
   * @param version the version, with the record under which it served
   * @param nativeBytes the memory of the engine for it, as well as the engine can tell
   * @param unfit why it cannot answer calls of the serving version; empty if it can
   */
  public record Previous(ServedBy version, long nativeBytes, Optional<String> unfit) {
    /**
     * Checks that nothing is null.
     *
     * @param version the version
     * @param nativeBytes the memory of the engine for it
     * @param unfit why it cannot answer calls of the serving version
     */
    public Previous {
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(unfit, "unfit");
    }
  }
}
