package io.mlops4j.inference;

import java.util.Objects;

/**
 * The circuit breaker and the fallbacks of one version in a deployment. Immutable and thread safe.
 *
 * @param breaker whether calls reach the version; {@link Breaker#CLOSED} without a circuit breaker
 * @param failed the calls that failed and that the circuit breaker counts; 0 without one
 * @param rejected the calls that did not reach the version because its circuit breaker was open
 * @param answeredByPrevious the calls of this version that another version answered in its place
 * @param answeredByDefault the calls of this version that got the default prediction
 */
public record ProtectionFigures(
    Breaker breaker, long failed, long rejected, long answeredByPrevious, long answeredByDefault) {
  /**
   * Checks that nothing is null.
   *
   * @param breaker whether calls reach the version
   * @param failed the calls that failed and count
   * @param rejected the calls that did not reach the version
   * @param answeredByPrevious the calls that another version answered
   * @param answeredByDefault the calls that got the default prediction
   */
  public ProtectionFigures {
    Objects.requireNonNull(breaker, "breaker");
  }

  /** Whether calls reach a version. */
  public enum Breaker {
    /** All calls reach it. */
    CLOSED,
    /** No call reaches it until the next trial. */
    OPEN,
    /** A few calls reach it as a trial. */
    HALF_OPEN
  }
}
