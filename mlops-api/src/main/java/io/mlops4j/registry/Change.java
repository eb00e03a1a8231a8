package io.mlops4j.registry;

import java.util.Objects;

/**
 * Who makes a change, and why. A registry stores it permanently with the change. Immutable and
 * thread safe.
 *
 * @param actor who makes the change, as the application states it; not blank
 * @param reason the reason; may be empty
 */
public record Change(String actor, String reason) {
  /**
   * Checks the parts.
   *
   * @param actor who makes the change, as the application states it; not blank
   * @param reason the reason; may be empty
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
   * Returns a change without a reason.
   *
   * @param actor who makes the change, as the application states it; not blank
   * @return the change
   */
  public static Change by(String actor) {
    return new Change(actor, "");
  }

  /**
   * Sets the reason.
   *
   * @param reason the reason; may be empty
   * @return a changed copy
   */
  public Change because(String reason) {
    return new Change(actor, reason);
  }
}
