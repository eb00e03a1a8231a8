package io.mlops4j.spi;

import io.mlops4j.model.ModelCache;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Settings that a runtime gives to an engine that it opens. Immutable and thread safe. */
public final class EngineOptions {
  private final HostMemory memory;
  private final int threads;
  private final @Nullable ModelCache modelCache;
  private final @Nullable Path nativeCache;
  private final @Nullable Boolean foreignCalls;

  private EngineOptions(
      HostMemory memory,
      int threads,
      @Nullable ModelCache modelCache,
      @Nullable Path nativeCache,
      @Nullable Boolean foreignCalls) {
    this.memory = memory;
    this.threads = threads;
    this.modelCache = modelCache;
    this.nativeCache = nativeCache;
    this.foreignCalls = foreignCalls;
  }

  /**
   * Returns options without a cache of models and without a folder for native libraries.
   *
   * @param memory the memory in which slots allocate
   * @param threads the number of threads that one run may use, at least 1
   * @return the options
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public static EngineOptions of(HostMemory memory, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: found " + threads + ", expected at least 1");
    }
    return new EngineOptions(Objects.requireNonNull(memory, "memory"), threads, null, null, null);
  }

  /**
   * Adds a cache of prepared models.
   *
   * @param cache the cache's folder, and the checks of its entries
   * @return a changed copy
   */
  public EngineOptions withModelCache(ModelCache cache) {
    return new EngineOptions(
        memory, threads, Objects.requireNonNull(cache, "cache"), nativeCache, foreignCalls);
  }

  /**
   * Adds a folder for native libraries.
   *
   * @param folder the folder; the engine creates it when it first needs it
   * @return a changed copy
   */
  public EngineOptions withNativeCache(Path folder) {
    return new EngineOptions(
        memory, threads, modelCache, Objects.requireNonNull(folder, "folder"), foreignCalls);
  }

  /**
   * Decides whether the engine calls its native library through {@code java.lang.foreign}.
   *
   * @param foreignCalls true to do so where it is possible, even if the JVM prints a warning; false
   *     to use JNI
   * @return a changed copy
   */
  public EngineOptions withForeignCalls(boolean foreignCalls) {
    return new EngineOptions(memory, threads, modelCache, nativeCache, foreignCalls);
  }

  /**
   * Returns the memory in which slots allocate.
   *
   * @return the runtime's memory
   */
  public HostMemory memory() {
    return memory;
  }

  /**
   * Returns the number of threads that one run may use.
   *
   * @return at least 1
   */
  public int threads() {
    return threads;
  }

  /**
   * Returns the cache in which the engine may store models in the form that it has prepared.
   *
   * @return empty unless the user named a cache
   */
  public Optional<ModelCache> modelCache() {
    return Optional.ofNullable(modelCache);
  }

  /**
   * Returns the folder in which the engine may store extracted native libraries.
   *
   * @return empty unless the user named a folder
   */
  public Optional<Path> nativeCache() {
    return Optional.ofNullable(nativeCache);
  }

  /**
   * Returns whether the engine calls its native library through {@code java.lang.foreign}.
   *
   * @return empty if the engine decides, which must not cause a warning of the JVM
   */
  public Optional<Boolean> foreignCalls() {
    return Optional.ofNullable(foreignCalls);
  }
}
