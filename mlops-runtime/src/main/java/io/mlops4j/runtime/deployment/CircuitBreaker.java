package io.mlops4j.runtime.deployment;

import java.time.Duration;
import java.util.Objects;

/**
 * Settings of the circuit breaker of each version of a deployment. Immutable and thread safe: each
 * {@code with} method returns a changed copy.
 *
 * <p>The breaker is closed at first, and all calls reach the version. It opens when, within the
 * window, at least the minimum of calls ended and at least the given share of them failed. Then no
 * call reaches the version for the length of the pause. After it, the trial calls are let through:
 * if at least the given share of them fails, or they do not end within another pause, the breaker
 * stays open for another pause; otherwise it closes.
 *
 * <p>{@link io.mlops4j.error.InferenceException} and an {@code Error} are failures, which includes
 * {@link io.mlops4j.error.DeadlineException} and not {@link io.mlops4j.error.OverloadedException}.
 * Calls that end with another exception, such as {@link io.mlops4j.error.ModelInputException}, are
 * not counted.
 *
 * <p>The window begins at a failure: answers before the oldest failure of the window are not
 * counted. So a version that suddenly fails is found after the minimum of calls, however many calls
 * it has answered before.
 */
public final class CircuitBreaker {
  private static final CircuitBreaker DEFAULTS =
      new CircuitBreaker(0.5, 20, Duration.ofSeconds(10), Duration.ofSeconds(30), 5);

  private final double failureRate;
  private final int minimumCalls;
  private final Duration window;
  private final Duration pause;
  private final int trialCalls;

  private CircuitBreaker(
      double failureRate, int minimumCalls, Duration window, Duration pause, int trialCalls) {
    this.failureRate = failureRate;
    this.minimumCalls = minimumCalls;
    this.window = window;
    this.pause = pause;
    this.trialCalls = trialCalls;
  }

  /**
   * Returns the defaults: half of at least 20 calls within ten seconds, a pause of 30 seconds, and
   * five trial calls.
   *
   * @return the settings
   */
  public static CircuitBreaker withDefaults() {
    return DEFAULTS;
  }

  /**
   * Sets the share of failed calls at which the breaker opens.
   *
   * @param rate more than 0, at most 1
   * @return a changed copy
   * @throws IllegalArgumentException if the rate is outside
   */
  public CircuitBreaker withFailureRate(double rate) {
    if (!(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "failure rate: found " + rate + ", expected more than 0, at most 1");
    }
    return new CircuitBreaker(rate, minimumCalls, window, pause, trialCalls);
  }

  /**
   * Sets the number of calls in the window below which the breaker never opens.
   *
   * @param calls 1 or more
   * @return a changed copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public CircuitBreaker withMinimumCalls(int calls) {
    return new CircuitBreaker(
        failureRate, atLeastOne("minimum calls", calls), window, pause, trialCalls);
  }

  /**
   * Sets the time over which calls are counted.
   *
   * @param time more than zero
   * @return a changed copy
   * @throws IllegalArgumentException if it is not more than zero, or over 292 years
   */
  public CircuitBreaker withWindow(Duration time) {
    return new CircuitBreaker(
        failureRate, minimumCalls, positive("window", time), pause, trialCalls);
  }

  /**
   * Sets how long an open breaker rejects calls before a trial.
   *
   * @param time more than zero
   * @return a changed copy
   * @throws IllegalArgumentException if it is not more than zero, or over 292 years
   */
  public CircuitBreaker withPause(Duration time) {
    return new CircuitBreaker(
        failureRate, minimumCalls, window, positive("pause", time), trialCalls);
  }

  /**
   * Sets the number of calls that are let through after a pause.
   *
   * @param calls 1 or more
   * @return a changed copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public CircuitBreaker withTrialCalls(int calls) {
    return new CircuitBreaker(
        failureRate, minimumCalls, window, pause, atLeastOne("trial calls", calls));
  }

  private static int atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": found " + value + ", expected 1 or more");
    }
    return value;
  }

  private static Duration positive(String name, Duration time) {
    Objects.requireNonNull(time, "time");
    if (time.isNegative()
        || time.isZero()
        || time.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException(
          name + ": found " + time + ", expected more than zero, and less than 292 years");
    }
    return time;
  }

  /**
   * Returns the share of failed calls at which the breaker opens.
   *
   * @return more than 0, at most 1
   */
  public double failureRate() {
    return failureRate;
  }

  /**
   * Returns the number of calls in the window below which the breaker never opens.
   *
   * @return 1 or more
   */
  public int minimumCalls() {
    return minimumCalls;
  }

  /**
   * Returns the time over which calls are counted.
   *
   * @return more than zero
   */
  public Duration window() {
    return window;
  }

  /**
   * Returns how long an open breaker rejects calls before a trial.
   *
   * @return more than zero
   */
  public Duration pause() {
    return pause;
  }

  /**
   * Returns the number of calls that are let through after a pause.
   *
   * @return 1 or more
   */
  public int trialCalls() {
    return trialCalls;
  }
}
