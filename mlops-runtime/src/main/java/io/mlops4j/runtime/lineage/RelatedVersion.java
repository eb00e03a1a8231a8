package io.mlops4j.runtime.lineage;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.VersionState;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A version that is related to another version, or to a data set.
 *
 * @param version the version
 * @param steps the number of steps: 1 for a parent or child; 0 for a version that was itself
 *     trained on the data set of the query
 * @param state the version's state; empty for a foreign version, which is not in this registry
 */
public record RelatedVersion(ModelVersion version, int steps, Optional<VersionState> state) {
  /**
   * Checks the components.
   *
   * @param version the version
   * @param steps the number of steps, at least 0
   * @param state the version's state; empty for a foreign version
   * @throws IllegalArgumentException if the number of steps is negative
   */
  public RelatedVersion {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(state, "state");
    if (steps < 0) {
      throw new IllegalArgumentException("steps: found " + steps + ", expected 0 or more");
    }
  }

  /** Returns the state as text, for example {@code deleted}, or {@code foreign}. */
  String standing() {
    return state.map(s -> s.name().toLowerCase(Locale.ROOT)).orElse("foreign");
  }

  /**
   * Returns a text for people.
   *
   * @return for example {@code flight-delay:1 (2 steps, deleted)}
   */
  @Override
  public String toString() {
    return version + " (" + steps + (steps == 1 ? " step, " : " steps, ") + standing() + ")";
  }
}
