package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Expect;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** What a row of the crash table works with; all that is lent must be back when this closes. */
final class CrashSetup implements AutoCloseable {
  private static final Duration LONG = Duration.ofSeconds(60);

  final int rounds;
  final Path folder;
  final ModelRuntime runtime = ModelRuntime.builder().strict().open();
  final ExecutorService threads = Executors.newCachedThreadPool();

  CrashSetup(int rounds) throws IOException {
    this.rounds = rounds;
    this.folder = Files.createTempDirectory("rows");
  }

  Path line() throws IOException {
    return Graphs.save(folder, "line", Graphs.line());
  }

  FeatureBatch x(float... values) {
    return FeatureBatch.builder(runtime.allocator()).floats("x", values).build();
  }

  static void askLine(Model model, FeatureBatch batch, float... x) {
    try (Prediction prediction = model.predict(batch)) {
      Expect.same(prediction.floats("y"), onLine(x));
    }
  }

  static float[] onLine(float... x) {
    float[] y = new float[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = 2 * x[i] + 1;
    }
    return y;
  }

  @Override
  public void close() {
    threads.shutdown();
    if (!allEnded()) {
      throw new IllegalStateException("a caller hangs");
    }
    if (runtime.hostBytes() != 0 || runtime.allocator().getAllocatedMemory() != 0) {
      throw new IllegalStateException(
          "lent at the end: %d and %d bytes"
              .formatted(runtime.hostBytes(), runtime.allocator().getAllocatedMemory()));
    }
    runtime.close();
  }

  private boolean allEnded() {
    try {
      return threads.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
