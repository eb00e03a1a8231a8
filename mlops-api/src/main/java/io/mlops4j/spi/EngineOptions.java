package io.mlops4j.spi;

import io.mlops4j.model.ModelCache;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a runtime gives to an engine that it opens. Immutable. */
public final class EngineOptions {
  private final HostMemory memory;
  private final int threads;
  private final @Nullable ModelCache modelCache;
  private final @Nullable Path nativeCache;

  private EngineOptions(
      HostMemory memory, int threads, @Nullable ModelCache modelCache, @Nullable Path nativeCache) {
    this.memory = memory;
    this.threads = threads;
    this.modelCache = modelCache;
    this.nativeCache = nativeCache;
  }

  /**
   * Options without a cache of models or of native libraries.
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
    return new EngineOptions(Objects.requireNonNull(memory, "memory"), threads, null, null);
  }

  /**
   * Adds a cache of prepared models.
   *
   * @param cache where, and how far it is trusted
   * @return a changed copy
   */
  public EngineOptions withModelCache(ModelCache cache) {
    return new EngineOptions(memory, threads, Objects.requireNonNull(cache, "cache"), nativeCache);
  }

  /**
   * Adds a folder for native libraries.
   *
   * @param folder made when it is first needed
   * @return a changed copy
   */
  public EngineOptions withNativeCache(Path folder) {
    return new EngineOptions(memory, threads, modelCache, Objects.requireNonNull(folder, "folder"));
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
   * Where models may be kept in the form that the engine has prepared.
   *
   * @return empty unless the user named one
   */
  public Optional<ModelCache> modelCache() {
    return Optional.ofNullable(modelCache);
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
