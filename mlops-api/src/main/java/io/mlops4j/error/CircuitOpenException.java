package io.mlops4j.error;

import java.time.Instant;
import java.util.Objects;

/**
 * Thrown when a call was rejected because too many calls of the version failed, and its circuit
 * breaker is open. The model did not run.
 */
public final class CircuitOpenException extends InferenceException {
  private static final long serialVersionUID = 1L;

  private final Instant nextTrial;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param nextTrial when calls are let through as a trial
   */
  public CircuitOpenException(String message, Instant nextTrial) {
    super(message, null);
    this.nextTrial = Objects.requireNonNull(nextTrial, "nextTrial");
  }

  /**
   * Returns when calls are let through as a trial. Retrying earlier is rejected again, unless
   * another version serves by then.
   *
   * @return the time; in the past if the trial runs now
   */
  public Instant nextTrial() {
    return nextTrial;
  }
}
