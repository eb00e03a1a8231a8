package io.mlops4j.samples.service.inference;

import java.io.Serial;
import java.time.Duration;

/** A request that is not answered with a prediction, and why. It has no stack trace. */
public final class Problem extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** The kind, which decides on the status of the response. */
  public enum Kind {
    /** The request is wrong, and would be wrong again. */
    BAD_INPUT,
    /** No such model, version or path. */
    NOT_FOUND,
    /** Too many bytes. */
    TOO_LARGE,
    /** The request is right, but the answer has no form in this protocol. */
    UNSUPPORTED,
    /** Too many calls, or the service is stopping; another attempt may succeed. */
    UNAVAILABLE,
    /** The call took too long. */
    DEADLINE,
    /** The model or the service failed. */
    INTERNAL
  }

  /** A message may repeat a name or a value of the request, which may be megabytes long. */
  private static final int MOST_CHARACTERS = 1_000;

  private static final Duration SOON = Duration.ofSeconds(1);

  private final Kind kind;
  private final Duration retryAfter;

  public Problem(Kind kind, String message) {
    this(kind, message, SOON);
  }

  private Problem(Kind kind, String message, Duration retryAfter) {
    super(shortened(message), null, false, false);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  /** Says when another attempt may succeed; at least in a second. */
  public static Problem unavailable(String message, Duration retryAfter) {
    return new Problem(
        Kind.UNAVAILABLE, message, retryAfter.compareTo(SOON) < 0 ? SOON : retryAfter);
  }

  private static String shortened(String message) {
    int length = message.length();
    return length <= MOST_CHARACTERS
        ? message
        : message.substring(0, MOST_CHARACTERS / 2)
            + " ... "
            + message.substring(length - MOST_CHARACTERS / 2);
  }

  /** Too many calls run or wait. */
  public static Problem overloaded() {
    return new Problem(
        Kind.UNAVAILABLE, "too many calls are running; try again in a second, or with fewer rows");
  }

  public static Problem badInput(String message) {
    return new Problem(Kind.BAD_INPUT, message);
  }

  static Problem unsupported(String message) {
    return new Problem(Kind.UNSUPPORTED, message);
  }

  public Kind kind() {
    return kind;
  }

  /** How long a client waits before its next attempt, if that may succeed. */
  public Duration retryAfter() {
    return retryAfter;
  }

  /** The message, which is never null. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
