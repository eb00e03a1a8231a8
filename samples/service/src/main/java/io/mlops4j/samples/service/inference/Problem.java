package io.mlops4j.samples.service.inference;

import java.io.Serial;

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

  private final Kind kind;

  public Problem(Kind kind, String message) {
    super(shortened(message), null, false, false);
    this.kind = kind;
  }

  private static String shortened(String message) {
    int length = message.length();
    return length <= MOST_CHARACTERS
        ? message
        : message.substring(0, MOST_CHARACTERS / 2)
            + " ... "
            + message.substring(length - MOST_CHARACTERS / 2);
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

  /** The message, which is never null. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
