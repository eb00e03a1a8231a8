package io.mlops4j.registry;

import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where an imported version comes from, as its exporter states it. Nothing of it is proven.
 * Immutable and thread safe.
 *
 * @param source the address of the registry, or a description of its source, such as {@code MLflow
 *     run 12ab}; not blank
 * @param version the version there; empty if versions have no numbers there
 * @param published the time when it was published or made there
 * @param by who published it there, and why
 * @param aliases the aliases that pointed to it there, and when, the oldest first
 */
public record Origin(
    String source,
    Optional<ModelVersion> version,
    Optional<Instant> published,
    Optional<Change> by,
    List<Naming> aliases) {
  /**
   * Checks and copies the parts.
   *
   * @param source the address of the registry, or a description of its source; not blank
   * @param version the version there; empty if versions have no numbers there
   * @param published the time when it was published or made there
   * @param by who published it there, and why
   * @param aliases the aliases that pointed to it there, and when, the oldest first
   * @throws IllegalArgumentException if the source is blank
   */
  public Origin {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(published, "published");
    Objects.requireNonNull(by, "by");
    aliases = List.copyOf(aliases);
    if (source.isBlank()) {
      throw new IllegalArgumentException(
          "source: found a blank text, expected where the version comes from");
    }
  }

  /**
   * The period in which an alias pointed to a version. Immutable and thread safe.
   *
   * @param alias the alias, without the model's name
   * @param from the start of the period
   * @param until the end of the period; empty if the alias still pointed to it
   * @param change who assigned the alias, and why
   */
  public record Naming(String alias, Instant from, Optional<Instant> until, Change change) {
    /**
     * Checks the parts.
     *
     * @param alias the alias, without the model's name
     * @param from the start of the period
     * @param until the end of the period; empty if the alias still pointed to it
     * @param change who assigned the alias, and why
     */
    public Naming {
      Objects.requireNonNull(alias, "alias");
      Objects.requireNonNull(from, "from");
      Objects.requireNonNull(until, "until");
      Objects.requireNonNull(change, "change");
    }
  }
}
