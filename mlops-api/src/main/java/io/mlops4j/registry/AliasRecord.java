package io.mlops4j.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One change of an alias. The records of an alias are numbered from 1, each carries the digest of
 * the one before, and together they are the audit log.
 *
 * @param model the model's name
 * @param alias the alias, without the model's name
 * @param number 1 for the first change of this alias
 * @param from what the alias named before, null in the first record
 * @param to what it names from now on
 * @param change who, and why
 * @param at when, by the clock of the process that made the change
 * @param previous the digest of the record before, null in the first record
 */
public record AliasRecord(
    String model,
    String alias,
    long number,
    @Nullable ModelVersion from,
    ModelVersion to,
    Change change,
    Instant at,
    @Nullable Digest previous) {
  /**
   * Checks the parts.
   *
   * @param model the model's name
   * @param alias the alias, without the model's name
   * @param number 1 for the first change of this alias
   * @param from what the alias named before, null in the first record
   * @param to what it names from now on
   * @param change who, and why
   * @param at when, by the clock of the process that made the change
   * @param previous the digest of the record before, null in the first record
   * @throws IllegalArgumentException if the number is below 1
   */
  public AliasRecord {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(alias, "alias");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(change, "change");
    Objects.requireNonNull(at, "at");
    if (number < 1) {
      throw new IllegalArgumentException("number: found " + number + ", expected at least 1");
    }
  }
}
