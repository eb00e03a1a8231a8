package io.mlops4j.samples.service.inference;

import io.mlops4j.inference.Priority;

/** The priority of a call as clients write it, in a header or in metadata. */
public final class Priorities {
  /** The name of the header. */
  public static final String HEADER = "X-Priority";

  private Priorities() {}

  /** Reads the value of the header. */
  public static Priority parse(String value) {
    return switch (value) {
      case "low" -> Priority.LOW;
      case "normal" -> Priority.NORMAL;
      case "high" -> Priority.HIGH;
      default ->
          throw Problem.badInput(
              "%s: found \"%s\", expected low, normal or high".formatted(HEADER, value));
    };
  }
}
