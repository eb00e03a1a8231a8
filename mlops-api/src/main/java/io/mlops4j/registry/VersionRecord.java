package io.mlops4j.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One change of the state of some versions of a model, or of the model as a whole. The records of a
 * model are numbered from 1, and each carries the digest of the one before, like those of an alias.
 * Immutable and thread safe.
 *
 * @param model the model's name
 * @param number 1 for the first such change of this model
 * @param state the state of the versions, or of the model, from now on
 * @param versions the versions, by number; none if the model as a whole is retired or reinstated
 * @param change who made the change, and why
 * @param at the time that orders the chain: never earlier than that of the record before, nor than
 *     the publishing of the versions
 * @param clock the time by the clock of the process that made the change; earlier than {@code at}
 *     if that clock was behind
 * @param previous the digest of the record before; null in the first record
 */
public record VersionRecord(
    String model,
    long number,
    VersionState state,
    List<ModelVersion> versions,
    Change change,
    Instant at,
    Instant clock,
    @Nullable Digest previous) {
  /**
   * Checks and copies the parts.
   *
   * @param model the model's name
   * @param number 1 for the first such change of this model
   * @param state the state of the versions, or of the model, from now on
   * @param versions the versions, by number; none if the model as a whole is retired or reinstated
   * @param change who made the change, and why
   * @param at the time that orders the chain: never earlier than that of the record before, nor
   *     than the publishing of the versions
   * @param clock the time by the clock of the process that made the change; earlier than {@code at}
   *     if that clock was behind
   * @param previous the digest of the record before; null in the first record
   * @throws IllegalArgumentException if the number is below 1, if a state of versions comes without
   *     versions, or if {@link VersionState#RETIRED} comes with versions
   */
  public VersionRecord {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(change, "change");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(clock, "clock");
    versions = List.copyOf(versions);
    if (number < 1) {
      throw new IllegalArgumentException("number: found " + number + ", expected at least 1");
    }
    boolean ofModel = state == VersionState.RETIRED || state == VersionState.ACTIVE;
    if (versions.isEmpty() ? !ofModel : state == VersionState.RETIRED) {
      throw new IllegalArgumentException(
          "versions: found "
              + (versions.isEmpty() ? "none" : versions)
              + " for the state "
              + state
              + ", expected versions, or none where a model as a whole is retired or reinstated");
    }
  }

  /**
   * Returns whether this record retires or reinstates the model as a whole.
   *
   * @return true if it has no versions
   */
  public boolean isOfModel() {
    return versions.isEmpty();
  }
}
