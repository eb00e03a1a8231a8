package io.mlops4j.samples.quickstart;

import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelVersion;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for a deployment to swap. */
final class Swap {
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration LOOK_EVERY = Duration.ofMillis(1);

  private Swap() {}

  static boolean serves(Model model, ModelVersion version) {
    return model.servedBy().version().filter(version::equals).isPresent();
  }

  /** The replay is faster than real time, but a swap is not. */
  static void await(Model model, ModelVersion version) {
    long start = System.nanoTime();
    while (!serves(model, version)) {
      if (System.nanoTime() - start > LONGEST.toNanos()) {
        throw new IllegalStateException(
            "champion: found " + model.servedBy() + " after " + LONGEST + ", expected " + version);
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
  }
}
