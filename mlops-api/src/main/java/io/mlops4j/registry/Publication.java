package io.mlops4j.registry;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How a version was published. It is part of the version's manifest, so {@link ModelRegistry#head}
 * covers it. Immutable and thread safe.
 *
 * @param at the time that orders the versions: never earlier than that of the version before
 * @param clock the time by the publisher's clock; earlier than {@code at} if that clock was behind
 * @param by who published it, and why; empty if no publisher was named
 * @param process the process that published it, for example {@code process 4711 on host}; empty for
 *     versions that an older library published
 * @param registry the address of the registry in which it was published, which copies keep; empty
 *     for versions that an older library published
 * @param origin where it was imported from; empty for a version that was not imported
 */
public record Publication(
    Instant at,
    Instant clock,
    Optional<Change> by,
    Optional<String> process,
    Optional<String> registry,
    Optional<Origin> origin) {
  /**
   * Checks the parts.
   *
   * @param at the time that orders the versions: never earlier than that of the version before
   * @param clock the time by the publisher's clock; earlier than {@code at} if that clock was
   *     behind
   * @param by who published it, and why; empty if no publisher was named
   * @param process the process that published it, for example {@code process 4711 on host}; empty
   *     for versions that an older library published
   * @param registry the address of the registry in which it was published, which copies keep; empty
   *     for versions that an older library published
   * @param origin where it was imported from; empty for a version that was not imported
   */
  public Publication {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(by, "by");
    Objects.requireNonNull(process, "process");
    Objects.requireNonNull(registry, "registry");
    Objects.requireNonNull(origin, "origin");
  }
}
