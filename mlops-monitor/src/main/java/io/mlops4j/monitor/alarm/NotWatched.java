package io.mlops4j.monitor.alarm;

import java.util.Objects;

/**
 * A column, figure, or the windows or labels, that a monitor does not watch, with the reason.
 *
 * @param name a column of the reference, a figure of performance that is to be judged and has no
 *     value, {@code windows} if no window had enough rows for a verdict, {@code labels} if labels
 *     do not find their rows, or {@code state} if the state cannot be stored
 * @param reason what was found and what to do, in words
 */
public record NotWatched(String name, String reason) {
  /**
   * Checks that nothing is null.
   *
   * @param name a column of the reference, a figure, {@code windows}, {@code labels} or {@code
   *     state}
   * @param reason what was found and what to do, in words
   */
  public NotWatched {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(reason, "reason");
  }

  /**
   * {@return name and reason; for example {@code distnace: the calls have no column of this name;
   * did you mean "distance"?}}
   */
  @Override
  public String toString() {
    return name + ": " + reason;
  }
}
