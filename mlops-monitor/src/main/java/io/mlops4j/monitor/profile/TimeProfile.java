package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.HyperLogLog;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The profile of timestamps or dates: their number, the earliest and the latest. Immutable.
 *
 * <p>A timestamp without a zone is read as UTC, and a date as its midnight in UTC. Null is missing.
 * There are no bins, because times of a later month are all new and no sign of drift.
 */
public final class TimeProfile implements ColumnProfile {
  private final String name;
  private final Role role;
  private final long present;
  private final long missing;
  private final @Nullable Instant earliest;
  private final @Nullable Instant latest;
  private final HyperLogLog distinct;

  TimeProfile(
      String name,
      Role role,
      long present,
      long missing,
      @Nullable Instant earliest,
      @Nullable Instant latest,
      HyperLogLog distinct) {
    this.name = name;
    this.role = role;
    this.present = present;
    this.missing = missing;
    this.earliest = earliest;
    this.latest = latest;
    this.distinct = distinct;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Role role() {
    return role;
  }

  HyperLogLog registers() {
    return distinct;
  }

  /** {@return the number of times that are not missing} */
  public long present() {
    return present;
  }

  /** {@return the number of times that are null} */
  public long missing() {
    return missing;
  }

  /**
   * {@return the earliest time; empty if there is none; a time beyond the range of an Instant is
   * the end of that range}
   */
  public Optional<Instant> earliest() {
    return Optional.ofNullable(earliest);
  }

  /**
   * {@return the latest time; empty if there is none; a time beyond the range of an Instant is the
   * end of that range}
   */
  public Optional<Instant> latest() {
    return Optional.ofNullable(latest);
  }

  /**
   * {@return an estimate of the number of distinct times, with a standard error of 2.3 %, less for
   * few}
   */
  public long distinct() {
    return present == 0 ? 0 : Math.min(present, Math.max(1, distinct.estimate()));
  }

  @Override
  public boolean sameBins(ColumnProfile other) {
    return other instanceof TimeProfile && name.equals(other.name()) && role == other.role();
  }

  /** Adds the times of another profile of the same column. */
  TimeProfile plus(TimeProfile other) {
    return new TimeProfile(
        name,
        role,
        Math.addExact(present, other.present),
        Math.addExact(missing, other.missing),
        earlier(earliest, other.earliest),
        later(latest, other.latest),
        distinct.plus(other.distinct));
  }

  static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
    return a == null || (b != null && b.isBefore(a)) ? b : a;
  }

  static @Nullable Instant later(@Nullable Instant a, @Nullable Instant b) {
    return a == null || (b != null && b.isAfter(a)) ? b : a;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TimeProfile that
        && sameBins(that)
        && present == that.present
        && missing == that.missing
        && Objects.equals(earliest, that.earliest)
        && Objects.equals(latest, that.latest)
        && distinct.equals(that.distinct);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, role, present, missing, earliest, latest);
  }

  /** {@return the name and the main figures} */
  @Override
  public String toString() {
    String counted = "%s: %d times, %d missing".formatted(name, present, missing);
    return present == 0 ? counted : "%s, %s to %s".formatted(counted, earliest, latest);
  }
}
