package io.mlops4j.registry;

import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A version with its state. Immutable and thread safe.
 *
 * @param version the version
 * @param published the time of publishing, as in {@link Publication#at}
 * @param state the state of the version
 * @param since the record that changed it to this state; empty if its state never changed
 */
public record VersionStatus(
    ModelVersion version, Instant published, VersionState state, Optional<VersionRecord> since) {
  /**
   * Checks the parts.
   *
   * @param version the version
   * @param published the time of publishing, as in {@link Publication#at}
   * @param state the state of the version
   * @param since the record that changed it to this state; empty if its state never changed
   */
  public VersionStatus {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(published, "published");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(since, "since");
  }
}
