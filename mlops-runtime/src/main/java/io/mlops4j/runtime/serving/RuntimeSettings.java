package io.mlops4j.runtime.serving;

import io.mlops4j.inference.Closing;
import io.mlops4j.model.ModelCache;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a runtime. Immutable.
 *
 * @param threads how many threads one run may use
 * @param processors how many workers there are, and how many calls or groups of calls that waited
 *     run at the same time
 * @param modelCache where prepared models are stored, or null
 * @param nativeCache where native libraries are stored, or null
 * @param foreignCalls whether engines call native libraries through {@code java.lang.foreign}, or
 *     null if they decide
 * @param keepLoaded the limit of the bytes of all models; while it is exceeded, unused models are
 *     evicted
 * @param closing how closing a model treats running calls, unless its options set it
 * @param cpuTime whether the processor time of calls is measured
 * @param trust which models may be loaded, or null for all
 * @param region the region of the runtime, or null if it has none
 */
public record RuntimeSettings(
    int threads,
    int processors,
    @Nullable ModelCache modelCache,
    @Nullable Path nativeCache,
    @Nullable Boolean foreignCalls,
    long keepLoaded,
    Closing closing,
    boolean cpuTime,
    @Nullable TrustPolicy trust,
    @Nullable String region) {
  /**
   * Returns the default settings.
   *
   * @param threads how many threads one run may use, and how many processors there are
   * @return settings without caches, policy and region
   */
  public static RuntimeSettings of(int threads) {
    return new RuntimeSettings(
        threads, threads, null, null, null, 0, Closing.waits(), false, null, null);
  }
}
