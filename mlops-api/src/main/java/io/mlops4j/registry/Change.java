package io.mlops4j.registry;

import java.util.Objects;

/**
 * Who changes something, and why; kept for ever with what was changed.
 *
 * @param actor who, as the application asserts it
 * @param reason why; may be empty
 */
public record Change(String actor, String reason) {
  /**
   * Checks the parts.
   *
   * @param actor who, as the application asserts it
   * @param reason why; may be empty
   * @throws IllegalArgumentException if the actor is blank
   */
  public Change {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(reason, "reason");
    if (actor.isBlank()) {
      throw new IllegalArgumentException(
          "actor: found a blank name, expected who makes the change");
    }
  }

  /**
   * A change without a reason yet.
   *
   * @param actor who, as the application asserts it
   * @return the change
   */
  public static Change by(String actor) {
    return new Change(actor, "");
  }

  /**
   * Adds the reason.
   *
   * @param reason why
   * @return a changed copy
   */
  public Change because(String reason) {
    return new Change(actor, reason);
  }
}
