package io.mlops4j.registry;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * What may be deleted, and when its bytes go. Immutable: each {@code with} method returns a changed
 * copy.
 *
 * <p>Whatever a retention says, a version that an alias names or that a running process has leased
 * is never deleted. A lease counts although its process's clock is up to an hour behind; see {@link
 * Lease}.
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
   * Nothing is collected that nobody deleted; what an alias named within 90 days cannot be deleted;
   * bytes go 7 days after the deletion.
   *
   * @return the retention of a registry that was opened without one
   */
  public static Retention withDefaults() {
    return DEFAULTS;
  }

  /**
   * Keeps what an alias named within some time: for audits, and to go back to.
   *
   * @param floor not negative; counted from when the alias ceased to name the version
   * @return a changed copy
   * @throws IllegalArgumentException if the time is negative
   */
  public Retention withFloor(Duration floor) {
    return new Retention(check("floor", floor), grace, newest);
  }

  /**
   * Keeps the bytes of a deleted version for some time, in which it can be restored and in which
   * processes end what they do with it. It must be longer than processes take from looking a
   * version up to naming or leasing it, and than their clocks differ.
   *
   * @param grace not negative
   * @return a changed copy
   * @throws IllegalArgumentException if the time is negative
   */
  public Retention withGrace(Duration grace) {
    return new Retention(floor, check("grace", grace), newest);
  }

  /**
   * Lets {@link ModelRegistry#collect} delete what nobody deleted: versions that are neither among
   * a model's newest, nor published or named by an alias within the floor, nor named or leased now.
   *
   * @param newest how many of each model stay in any case, at least 1
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
   * How long a version stays after an alias named it.
   *
   * @return zero or more
   */
  public Duration floor() {
    return floor;
  }

  /**
   * How long the bytes of a deleted version stay.
   *
   * @return zero or more
   */
  public Duration grace() {
    return grace;
  }

  /**
   * How many of each model's newest versions stay in any case.
   *
   * @return empty when {@link ModelRegistry#collect} deletes nothing that nobody deleted
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
        + (newest == 0 ? ", nothing collected by itself" : ", the newest " + newest);
  }
}
