package io.mlops4j.error;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a version's card names regions, but not the region of the runtime. No engine has read
 * the version.
 */
public final class RegionException extends ModelLoadException {
  private static final long serialVersionUID = 1L;

  private final TreeSet<String> regions;
  private final @Nullable String region;

  /**
   * Creates the exception.
   *
   * @param version the version, as text
   * @param regions the regions where it may be loaded
   * @param region the region of the runtime, or null if it has none
   */
  public RegionException(String version, Collection<String> regions, @Nullable String region) {
    super(
        "%s: found a version that may be loaded in the regions %s only, expected one for %s"
            .formatted(
                version,
                new TreeSet<>(regions),
                region == null
                    ? "a runtime that does not say where it is; if it is in one of them, open it"
                        + " with ModelRuntime.builder().region(...)"
                    : "the region "
                        + region
                        + " of this runtime; load it there, or publish a card that allows "
                        + region),
        null);
    this.regions = new TreeSet<>(regions);
    this.region = region;
  }

  /**
   * Returns the regions where the version may be loaded.
   *
   * @return a sorted, unmodifiable set
   */
  public SortedSet<String> regions() {
    return Collections.unmodifiableSortedSet(regions);
  }

  /**
   * Returns the region of the runtime.
   *
   * @return empty if it was opened without a region
   */
  public Optional<String> region() {
    return Optional.ofNullable(region);
  }
}
