package io.mlops4j.model;

import java.util.Objects;

/** What a card's texts must be. */
final class Checks {
  private Checks() {}

  /** A text that says something. */
  static String text(String what, String text, String expected) {
    Objects.requireNonNull(text, what);
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          what
              + ": found a blank text, expected "
              + expected
              + "; leave it out if there is none to state");
    }
    return text;
  }

  /** A name under which a value is found again. */
  static String name(String what, String name) {
    Objects.requireNonNull(name, what);
    if (name.isBlank()) {
      throw new IllegalArgumentException(what + ": found a blank name, expected the " + what);
    }
    return name;
  }

  static double finite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + ": found " + value + ", expected a finite number");
    }
    return value;
  }
}
