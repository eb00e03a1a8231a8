package io.mlops4j.inference;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one call. Immutable and thread safe: each {@code with} method returns a changed copy.
 */
public final class CallOptions {
  private static final CallOptions DEFAULTS = new CallOptions(null);

  private final @Nullable Duration deadline;

  private CallOptions(@Nullable Duration deadline) {
    this.deadline = deadline;
  }

  /**
   * Returns the options that a call without options uses. They set no deadline.
   *
   * @return the defaults
   */
  public static CallOptions withDefaults() {
    return DEFAULTS;
  }

  /**
   * Ends the call with {@link io.mlops4j.error.DeadlineException} when it takes longer.
   *
   * <p>ONNX Runtime can end a run only between two operators. So a single long operator, such as a
   * product of large matrices, delays that exception until the operator has ended. TensorFlow
   * cannot end a run, so the exception is thrown after the run has ended by itself. A call of a
   * model that was loaded with {@link LoadOptions.Builder#strictDeadlines()} or {@link
   * LoadOptions#untrusted()} returns at its deadline, while the run continues.
   *
   * @param deadline the time from the start of the call, more than zero
   * @return a changed copy
   * @throws IllegalArgumentException if the deadline is not more than zero
   */
  public CallOptions withDeadline(Duration deadline) {
    Objects.requireNonNull(deadline, "deadline");
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException(
          "deadline: found " + deadline + ", expected more than zero");
    }
    return new CallOptions(deadline);
  }

  /**
   * Returns how long the call may take.
   *
   * @return more than zero; empty without a limit
   */
  public Optional<Duration> deadline() {
    return Optional.ofNullable(deadline);
  }
}
