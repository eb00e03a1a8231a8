package io.mlops4j.error;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A version whose card says that it may be loaded in other regions only than that of the runtime.
 * No engine has seen it.
 */
public final class RegionException extends ModelLoadException {
  private static final long serialVersionUID = 1L;

  private final TreeSet<String> regions;
  private final @Nullable String region;

  /**
   * Creates the exception.
   *
   * @param version the version, as text
   * @param regions where it may be loaded
   * @param region where the runtime is, or null if it does not say
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
   * Where the version may be loaded.
   *
   * @return sorted and unmodifiable
   */
  public SortedSet<String> regions() {
    return Collections.unmodifiableSortedSet(regions);
  }

  /**
   * Where the runtime is.
   *
   * @return empty if it was opened without a region
   */
  public Optional<String> region() {
    return Optional.ofNullable(region);
  }
}
