package io.mlops4j.registry;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * What may be deleted, and when its bytes are removed. Immutable and thread safe: each {@code with}
 * method returns a changed copy.
 *
 * <p>With any retention, a version that an alias points to or that a running process has leased is
 * never deleted. A lease counts even if the clock of its process is up to an hour behind; see
 * {@link Lease}.
 */
public final class Retention {
  private static final Retention DEFAULTS =
      new Retention(Duration.ofDays(90), Duration.ofDays(7), 0);

  private final Duration floor;
  private final Duration grace;
  private final int newest;

  private Retention(Duration floor, Duration grace, int newest) {
    this.floor = floor;
    this.grace = grace;
    this.newest = newest;
  }

  /**
   * Returns the default retention. A version that an alias pointed to within 90 days cannot be
   * deleted, bytes are removed 7 days after the deletion, and {@link ModelRegistry#collect} deletes
   * no versions by itself.
   *
   * @return the retention of a registry that was opened without one
   */
  public static Retention withDefaults() {
    return DEFAULTS;
  }

  /**
   * Sets how long a version stays after an alias pointed to it, for audits and for a return to it.
   *
   * @param floor zero or more; counted from the time when the alias stopped pointing to the version
   * @return a changed copy
   * @throws IllegalArgumentException if the time is negative
   */
  public Retention withFloor(Duration floor) {
    return new Retention(check("floor", floor), grace, newest);
  }

  /**
   * Sets how long the bytes of a deleted version stay. Within that time the version can be
   * restored, and processes that use it can finish. The time must be longer than a process takes
   * from resolving a version to assigning or leasing it, and longer than clocks differ.
   *
   * @param grace zero or more
   * @return a changed copy
   * @throws IllegalArgumentException if the time is negative
   */
  public Retention withGrace(Duration grace) {
    return new Retention(floor, check("grace", grace), newest);
  }

  /**
   * Allows {@link ModelRegistry#collect} to delete versions by itself: those that are not among a
   * model's newest, were not published or pointed to by an alias within the floor, and are neither
   * pointed to nor leased now.
   *
   * @param newest the number of each model's newest versions that always stay, at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if the number is below 1
   */
  public Retention withNewest(int newest) {
    if (newest < 1) {
      throw new IllegalArgumentException("newest: found " + newest + ", expected at least 1");
    }
    return new Retention(floor, grace, newest);
  }

  private static Duration check(String name, Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException(name + ": found " + time + ", expected zero or more");
    }
    return time;
  }

  /**
   * Returns how long a version stays after an alias pointed to it.
   *
   * @return zero or more
   */
  public Duration floor() {
    return floor;
  }

  /**
   * Returns how long the bytes of a deleted version stay.
   *
   * @return zero or more
   */
  public Duration grace() {
    return grace;
  }

  /**
   * Returns the number of each model's newest versions that always stay.
   *
   * @return at least 1; empty if {@link ModelRegistry#collect} deletes no versions by itself
   */
  public OptionalInt newest() {
    return newest == 0 ? OptionalInt.empty() : OptionalInt.of(newest);
  }

  @Override
  public String toString() {
    return "floor "
        + floor
        + ", grace "
        + grace
        + (newest == 0 ? ", collects no versions by itself" : ", the newest " + newest);
  }
}
