package io.mlops4j.registry;

import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where an imported version comes from, as whoever exported it states it. Nothing of it is proven.
 *
 * @param source the registry's address, or what tracked the model, such as {@code MLflow run 12ab}
 * @param version the version there, empty where versions have no numbers
 * @param published when it was published or made there
 * @param by who published it there
 * @param aliases what aliases named it there, and when, the oldest first
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
   * @param source the registry's address, or what tracked the model
   * @param version the version there, empty where versions have no numbers
   * @param published when it was published or made there
   * @param by who published it there
   * @param aliases what aliases named it there, and when, the oldest first
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
   * For how long an alias named a version.
   *
   * @param alias the alias, without the model's name
   * @param from since when
   * @param until until when, empty if it still did
   * @param change who assigned it, and why
   */
  public record Naming(String alias, Instant from, Optional<Instant> until, Change change) {
    /**
     * Checks the parts.
     *
     * @param alias the alias, without the model's name
     * @param from since when
     * @param until until when, empty if it still did
     * @param change who assigned it, and why
     */
    public Naming {
      Objects.requireNonNull(alias, "alias");
      Objects.requireNonNull(from, "from");
      Objects.requireNonNull(until, "until");
      Objects.requireNonNull(change, "change");
    }
  }
}
