package io.mlops4j.samples.quickstart;

import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.ModelMonitor;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a deployment to swap, and for the rows of its last calls. */
final class Swap {
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration LOOK_EVERY = Duration.ofMillis(1);

  private Swap() {}

  static boolean serves(Model model, ModelVersion version) {
    return model.servedBy().version().filter(version::equals).isPresent();
  }

  /** The replay is faster than real time, but a swap is not. */
  static void await(Model model, ModelVersion version) {
    await(
        () -> serves(model, version),
        () -> "champion: found " + model.servedBy() + ", expected " + version);
  }

  /** Records reach a monitor together, within a second; days of the story pass faster. */
  static void await(ModelMonitor monitor, long rows) {
    await(
        () -> monitor.counts().rows() >= rows,
        () -> "monitor: found " + monitor.counts().rows() + " rows, expected " + rows);
  }

  private static void await(BooleanSupplier happened, Supplier<String> problem) {
    long start = System.nanoTime();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() - start > LONGEST.toNanos()) {
        throw new IllegalStateException(problem.get() + " after " + LONGEST);
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
  }
}
