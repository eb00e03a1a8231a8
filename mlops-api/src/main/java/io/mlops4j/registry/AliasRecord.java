package io.mlops4j.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One change of an alias: an assignment or a removal. The records of an alias are numbered from 1.
 * Each record carries the digest of the one before, so together they are the audit log. Immutable
 * and thread safe.
 *
 * @param model the model's name
 * @param alias the alias, without the model's name
 * @param number 1 for the first change of this alias
 * @param from the version that the alias pointed to before; null in the first record and in the
 *     first after a removal
 * @param to the version that the alias points to from now on; null if this record removes the alias
 * @param change who made the change, and why
 * @param at the time that orders the chain: never earlier than that of the record before, nor than
 *     the publishing of the version
 * @param clock the time by the clock of the process that made the change; earlier than {@code at}
 *     if that clock was behind
 * @param previous the digest of the record before; null in the first record
 */
public record AliasRecord(
    String model,
    String alias,
    long number,
    @Nullable ModelVersion from,
    @Nullable ModelVersion to,
    Change change,
    Instant at,
    Instant clock,
    @Nullable Digest previous) {
  /**
   * Checks the parts.
   *
   * @param model the model's name
   * @param alias the alias, without the model's name
   * @param number 1 for the first change of this alias
   * @param from the version that the alias pointed to before; null in the first record and in the
   *     first after a removal
   * @param to the version that the alias points to from now on; null if this record removes the
   *     alias
   * @param change who made the change, and why
   * @param at the time that orders the chain: never earlier than that of the record before, nor
   *     than the publishing of the version
   * @param clock the time by the clock of the process that made the change; earlier than {@code at}
   *     if that clock was behind
   * @param previous the digest of the record before; null in the first record
   * @throws IllegalArgumentException if the number is below 1, or both versions are null
   */
  public AliasRecord {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(alias, "alias");
    Objects.requireNonNull(change, "change");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(clock, "clock");
    if (number < 1) {
      throw new IllegalArgumentException("number: found " + number + ", expected at least 1");
    }
    if (from == null && to == null) {
      throw new IllegalArgumentException(
          "to: found null, and from is null, too; expected a version for at least one of them");
    }
  }

  /**
   * Creates a record whose clock was right: {@code clock} is {@code at}.
   *
   * @param model the model's name
   * @param alias the alias, without the model's name
   * @param number 1 for the first change of this alias
   * @param from the version that the alias pointed to before; null if there was none
   * @param to the version that the alias points to from now on; null if this record removes the
   *     alias
   * @param change who made the change, and why
   * @param at the time of the change
   * @param previous the digest of the record before; null in the first record
   * @throws IllegalArgumentException if the number is below 1, or both versions are null
   */
  public AliasRecord(
      String model,
      String alias,
      long number,
      @Nullable ModelVersion from,
      @Nullable ModelVersion to,
      Change change,
      Instant at,
      @Nullable Digest previous) {
    this(model, alias, number, from, to, change, at, at, previous);
  }

  /**
   * Returns whether this record removes the alias.
   *
   * @return true if the alias points to no version from now on
   */
  public boolean isRemoval() {
    return to == null;
  }
}
