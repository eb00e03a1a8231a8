package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.Priority;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Limits how many calls of a deployment are in flight, with less room for less important calls.
 * Immutable and thread safe: each {@code with} method returns a changed copy.
 *
 * <p>A batch is one call, and so is a record. Asynchronous and grouped calls count while they wait.
 * A call above the limit of its {@link Priority} fails at once with {@link
 * io.mlops4j.error.OverloadedException}. The limit is never exceeded. If several calls arrive at
 * the last free place at the same moment, all of them may be rejected.
 */
public final class LoadShedding {
  private final int calls;
  private final Map<Priority, Double> shares;

  private LoadShedding(int calls, Map<Priority, Double> shares) {
    this.calls = calls;
    this.shares = shares;
  }

  /**
   * Admits a number of calls at once: calls of priority {@link Priority#HIGH} up to this number,
   * {@link Priority#NORMAL} up to nine tenths of it, and {@link Priority#LOW} up to half of it.
   *
   * @param calls 1 or more
   * @return the settings
   * @throws IllegalArgumentException if it is less than 1
   */
  public static LoadShedding above(int calls) {
    if (calls < 1) {
      throw new IllegalArgumentException("calls: found " + calls + ", expected 1 or more");
    }
    return new LoadShedding(
        calls, Map.of(Priority.LOW, 0.5, Priority.NORMAL, 0.9, Priority.HIGH, 1.0));
  }

  /**
   * Sets the share of the limit that calls of a priority may fill.
   *
   * @param priority the priority
   * @param share 0 to 1; 0 rejects all calls of this priority
   * @return a changed copy
   * @throws IllegalArgumentException if the share is outside
   */
  public LoadShedding withShare(Priority priority, double share) {
    Objects.requireNonNull(priority, "priority");
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: found " + share + ", expected 0 to 1");
    }
    Map<Priority, Double> changed = new EnumMap<>(shares);
    changed.put(priority, share);
    return new LoadShedding(calls, Map.copyOf(changed));
  }

  /**
   * Returns how many calls may be in flight for a call of this priority to be admitted, itself
   * included.
   *
   * @param priority the priority
   * @return the share of the limit, rounded up
   */
  public int limit(Priority priority) {
    return (int)
        Math.ceil(calls * shares.getOrDefault(Objects.requireNonNull(priority, "priority"), 1.0));
  }
}
