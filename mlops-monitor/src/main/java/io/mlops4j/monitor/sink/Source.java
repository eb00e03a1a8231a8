package io.mlops4j.monitor.sink;

import java.util.Objects;

/** The name of the place that alarms come from. */
final class Source {
  private static final int LONGEST = 200;

  private Source() {}

  /** It is part of a header, so it must be visible ASCII. */
  static String checked(String name) {
    Objects.requireNonNull(name, "name");
    boolean visible = name.chars().allMatch(c -> c > ' ' && c < 127);
    if (name.isEmpty() || name.length() > LONGEST || !visible) {
      throw new IllegalArgumentException(
          "name: found \"%s\", expected 1 to %d visible ASCII characters without spaces"
              .formatted(name, LONGEST));
    }
    return name;
  }
}
