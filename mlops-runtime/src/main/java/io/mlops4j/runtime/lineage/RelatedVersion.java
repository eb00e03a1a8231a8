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
 * @param steps how many steps away: 1 for a parent or child; 0 for a version that itself learned
 *     from the data set that was asked for
 * @param state what may be done with it; empty for a foreign one, which this registry does not know
 */
public record RelatedVersion(ModelVersion version, int steps, Optional<VersionState> state) {
  /**
   * Checks the parts.
   *
   * @param version the version
   * @param steps how many steps away: 1 for a parent or child; 0 for a version that itself learned
   *     from the data set that was asked for
   * @param state what may be done with it; empty for a foreign one, which this registry does not
   *     know
   * @throws IllegalArgumentException if the number of steps is negative
   */
  public RelatedVersion {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(state, "state");
    if (steps < 0) {
      throw new IllegalArgumentException("steps: found " + steps + ", expected 0 or more");
    }
  }

  /**
   * For people, for example {@code deleted}; {@code foreign} for what the registry does not know.
   */
  String standing() {
    return state.map(s -> s.name().toLowerCase(Locale.ROOT)).orElse("foreign");
  }

  /**
   * For people.
   *
   * @return for example {@code flight-delay:1 (2 steps, deleted)}
   */
  @Override
  public String toString() {
    return version + " (" + steps + (steps == 1 ? " step, " : " steps, ") + standing() + ")";
  }
}
