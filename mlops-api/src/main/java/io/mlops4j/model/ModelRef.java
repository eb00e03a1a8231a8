package io.mlops4j.model;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A reference to a model in text: {@code fraud} (the latest version), {@code fraud:7} (version 7)
 * or {@code fraud@champion} (the version that the alias points to).
 *
 * <p>Names and aliases match {@code [a-z0-9][a-z0-9._-]{0,127}}, so they cannot point outside a
 * folder. Immutable and thread safe.
 */
public final class ModelRef {
  private static final int LONGEST = 128;

  private final String name;
  private final int number;
  private final String alias;

  private ModelRef(String name, int number, String alias) {
    this.name = name;
    this.number = number;
    this.alias = alias;
  }

  /**
   * Parses a reference.
   *
   * @param text {@code name}, {@code name:number} or {@code name@alias}
   * @return the reference
   * @throws IllegalArgumentException if the text has another form, or a name holds a character that
   *     is not allowed
   */
  public static ModelRef parse(String text) {
    Objects.requireNonNull(text, "text");
    int at = text.indexOf('@');
    if (at >= 0) {
      return new ModelRef(
          checkName("model", text.substring(0, at)), 0, checkName("alias", text.substring(at + 1)));
    }
    int colon = text.indexOf(':');
    if (colon >= 0) {
      return new ModelRef(
          checkName("model", text.substring(0, colon)),
          number(text, text.substring(colon + 1)),
          "");
    }
    return new ModelRef(checkName("model", text), 0, "");
  }

  /**
   * Checks the name of a model, an alias or a region.
   *
   * @param what the kind of name, for the message
   * @param name the name
   * @return the same name
   * @throws IllegalArgumentException if the name does not match {@code [a-z0-9][a-z0-9._-]{0,127}}
   */
  public static String checkName(String what, String name) {
    if (!isName(Objects.requireNonNull(name, what))) {
      throw new IllegalArgumentException(
          what
              + " name: found \""
              + name
              + "\", expected 1 to 128 of a-z, 0-9, '.', '_', '-', beginning with a letter or digit");
    }
    return name;
  }

  /**
   * Avoids a regular expression, which would take most of the time where many versions are read.
   */
  private static boolean isName(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean first = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (!first && (i == 0 || (c != '.' && c != '_' && c != '-'))) {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= LONGEST;
  }

  private static int number(String text, String digits) {
    if (!digits.matches("[1-9][0-9]{0,8}")) {
      throw new IllegalArgumentException(
          "model reference: found \""
              + text
              + "\", expected a version number from 1 after the colon, such as fraud:7");
    }
    return Integer.parseInt(digits);
  }

  /**
   * Returns the model's name.
   *
   * @return the part before {@code :} or {@code @}
   */
  public String name() {
    return name;
  }

  /**
   * Returns the version number, if the reference has one.
   *
   * @return 1 or more; empty if the reference has no number
   */
  public OptionalInt number() {
    return number == 0 ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /**
   * Returns the alias, if the reference has one.
   *
   * @return the part after {@code @}; empty if the reference has no alias
   */
  public Optional<String> alias() {
    return alias.isEmpty() ? Optional.empty() : Optional.of(alias);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelRef that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /**
   * Returns the text form that {@link #parse} reads.
   *
   * @return {@code name}, {@code name:number} or {@code name@alias}
   */
  @Override
  public String toString() {
    if (number > 0) {
      return name + ":" + number;
    }
    return alias.isEmpty() ? name : name + "@" + alias;
  }
}
