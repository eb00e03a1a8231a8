package io.mlops4j.model;

import java.util.Objects;

/** Checks of the texts and numbers on a card. */
final class Checks {
  private Checks() {}

  /** Returns the text, which must not be blank. */
  static String text(String what, String text, String expected) {
    Objects.requireNonNull(text, what);
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          what + ": found a blank text, expected " + expected + "; omit it if there is none");
    }
    return text;
  }

  /** Returns the name, which must not be blank. */
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
