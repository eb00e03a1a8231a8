package io.mlops4j.inference;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How one call is made. Immutable: each {@code with} method returns a changed copy. */
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
   * <p>ONNX Runtime ends a run only between two operators, so a single long operator, such as a
   * product of large matrices, delays that exception until the operator has ended. TensorFlow
   * cannot end a run, so the exception comes when the run has ended by itself. A call of a model
   * that was loaded with {@link LoadOptions.Builder#strictDeadlines()} or {@link
   * LoadOptions#untrusted()} returns at its deadline, while the run goes on.
   *
   * @param deadline more than zero, from the moment of the call
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
   * How long the call may take.
   *
   * @return more than zero; empty without a limit
   */
  public Optional<Duration> deadline() {
    return Optional.ofNullable(deadline);
  }
}
