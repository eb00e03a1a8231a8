package io.mlops4j.registry;

import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A version with what became of it.
 *
 * @param version the version
 * @param published when, by the clock of the process that published it
 * @param state what may be done with it
 * @param since the record that brought it into this state, empty for one whose state never changed
 */
public record VersionStatus(
    ModelVersion version, Instant published, VersionState state, Optional<VersionRecord> since) {
  /**
   * Checks the parts.
   *
   * @param version the version
   * @param published when, by the clock of the process that published it
   * @param state what may be done with it
   * @param since the record that brought it into this state, empty for one whose state never
   *     changed
   */
  public VersionStatus {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(published, "published");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(since, "since");
  }
}
