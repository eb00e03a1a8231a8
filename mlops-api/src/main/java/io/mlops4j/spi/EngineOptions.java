package io.mlops4j.spi;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a runtime gives to an engine that it opens. Immutable. */
public final class EngineOptions {
  private final HostMemory memory;
  private final int threads;
  private final @Nullable Path nativeCache;

  private EngineOptions(HostMemory memory, int threads, @Nullable Path nativeCache) {
    this.memory = memory;
    this.threads = threads;
    this.nativeCache = nativeCache;
  }

  /**
   * Options without a folder for native libraries.
   *
   * @param memory where slots allocate
   * @param threads how many threads one run may use, at least 1
   * @return the options
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public static EngineOptions of(HostMemory memory, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: found " + threads + ", expected at least 1");
    }
    return new EngineOptions(Objects.requireNonNull(memory, "memory"), threads, null);
  }

  /**
   * Where slots allocate.
   *
   * @return the runtime's memory
   */
  public HostMemory memory() {
    return memory;
  }

  /**
   * How many threads one run may use.
   *
   * @return at least 1
   */
  public int threads() {
    return threads;
  }

  /**
   * A folder in which native libraries may be kept extracted.
   *
   * @return empty unless the user named one
   */
  public Optional<Path> nativeCache() {
    return Optional.ofNullable(nativeCache);
  }
}
