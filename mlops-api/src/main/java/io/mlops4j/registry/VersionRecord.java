package io.mlops4j.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One change of the state of some versions of a model. The records of a model are numbered from 1
 * and each carries the digest of the one before, as those of an alias do.
 *
 * @param model the model's name
 * @param number 1 for the first such change of this model
 * @param state what the versions are from now on
 * @param versions the versions, at least one, by number
 * @param change who, and why
 * @param at when, by the clock of the process that made the change
 * @param previous the digest of the record before, null in the first record
 */
public record VersionRecord(
    String model,
    long number,
    VersionState state,
    List<ModelVersion> versions,
    Change change,
    Instant at,
    @Nullable Digest previous) {
  /**
   * Checks and copies the parts.
   *
   * @param model the model's name
   * @param number 1 for the first such change of this model
   * @param state what the versions are from now on
   * @param versions the versions, at least one, by number
   * @param change who, and why
   * @param at when, by the clock of the process that made the change
   * @param previous the digest of the record before, null in the first record
   * @throws IllegalArgumentException if the number is below 1, or there is no version
   */
  public VersionRecord {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(change, "change");
    Objects.requireNonNull(at, "at");
    versions = List.copyOf(versions);
    if (number < 1) {
      throw new IllegalArgumentException("number: found " + number + ", expected at least 1");
    }
    if (versions.isEmpty()) {
      throw new IllegalArgumentException("versions: found none, expected at least one");
    }
  }
}
