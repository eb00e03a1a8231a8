package io.mlops4j.inference;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one call. Immutable and thread safe: each {@code with} method returns a changed copy.
 */
public final class CallOptions {
  private static final CallOptions DEFAULTS =
      new CallOptions(null, null, null, null, Priority.NORMAL);

  /** Version, trace id, parent id and flags; later versions may have further parts. */
  private static final Pattern TRACEPARENT =
      Pattern.compile(
          "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

  private final @Nullable Duration deadline;
  private final @Nullable String traceId;
  private final @Nullable String key;
  private final InferenceEvent.@Nullable Route route;
  private final Priority priority;

  private CallOptions(
      @Nullable Duration deadline,
      @Nullable String traceId,
      @Nullable String key,
      InferenceEvent.@Nullable Route route,
      Priority priority) {
    this.deadline = deadline;
    this.traceId = traceId;
    this.key = key;
    this.route = route;
    this.priority = priority;
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
    return new CallOptions(deadline, traceId, key, route, priority);
  }

  /**
   * Returns how long the call may take.
   *
   * @return more than zero; empty without a limit
   */
  public Optional<Duration> deadline() {
    return Optional.ofNullable(deadline);
  }

  /**
   * Names the trace that the call belongs to. Listeners get the trace id with the call, and a
   * prediction log finds the call by it.
   *
   * <p>A header that is not well-formed is ignored, as W3C Trace Context demands, so that a client
   * cannot make a call fail: the copy then has no trace id.
   *
   * @param traceparent the value of the {@code traceparent} header of <a
   *     href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>, for example {@code
   *     00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01}
   * @return a changed copy
   */
  public CallOptions withTraceparent(String traceparent) {
    Matcher header = TRACEPARENT.matcher(Objects.requireNonNull(traceparent, "traceparent"));
    boolean wellFormed =
        header.matches() && !(traceparent.startsWith("00") && header.group(2) != null);
    return new CallOptions(deadline, wellFormed ? header.group(1) : null, key, route, priority);
  }

  /**
   * Returns the id of the trace that the call belongs to.
   *
   * @return 32 hexadecimal digits in lower case; empty without a trace
   */
  public Optional<String> traceId() {
    return Optional.ofNullable(traceId);
  }

  /**
   * Names the subject of the call, such as a customer, so that a deployment with a canary answers
   * all its calls with the same version. A larger share of the canary adds keys, and moves none
   * back. The key is only hashed. It is not sent to listeners.
   *
   * @param key any text
   * @return a changed copy
   */
  public CallOptions withKey(String key) {
    return new CallOptions(deadline, traceId, Objects.requireNonNull(key, "key"), route, priority);
  }

  /**
   * Chooses the version that answers, whatever the share of the canary is.
   *
   * @param route {@link InferenceEvent.Route#PRIMARY} for the version of the alias, or {@link
   *     InferenceEvent.Route#CANARY} for the candidate; the version of the alias also answers if
   *     there is no candidate
   * @return a changed copy
   * @throws IllegalArgumentException for {@link InferenceEvent.Route#SHADOW}, which answers no
   *     caller, and {@link InferenceEvent.Route#FALLBACK}, which callers cannot choose
   */
  public CallOptions withRoute(InferenceEvent.Route route) {
    if (Objects.requireNonNull(route, "route") != InferenceEvent.Route.PRIMARY
        && route != InferenceEvent.Route.CANARY) {
      throw new IllegalArgumentException("route: found " + route + ", expected PRIMARY or CANARY");
    }
    return new CallOptions(deadline, traceId, key, route, priority);
  }

  /**
   * Returns the subject of the call.
   *
   * @return empty without a key
   */
  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  /**
   * Returns the chosen version.
   *
   * @return empty if the deployment chooses
   */
  public Optional<InferenceEvent.Route> route() {
    return Optional.ofNullable(route);
  }

  /**
   * Sets the importance of the call. A deployment with load shedding rejects less important calls
   * first, and calls that wait run by {@link Priority}. The default is {@link Priority#NORMAL}.
   *
   * @param priority the importance
   * @return a changed copy
   */
  public CallOptions withPriority(Priority priority) {
    return new CallOptions(
        deadline, traceId, key, route, Objects.requireNonNull(priority, "priority"));
  }

  /**
   * Returns the importance of the call.
   *
   * @return the priority
   */
  public Priority priority() {
    return priority;
  }
}
