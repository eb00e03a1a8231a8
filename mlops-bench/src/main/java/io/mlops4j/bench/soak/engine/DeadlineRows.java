package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Expect;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** What does not end by itself. */
final class DeadlineRows {
  static final long NEVER = 1L << 62;
  static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofSeconds(60);

  private DeadlineRows() {}

  static float turn(CrashSetup setup, Model model, long turns, CallOptions options) {
    try (FeatureBatch batch = turns(setup, turns);
        Prediction prediction = model.predict(batch, options)) {
      return prediction.floats("y")[0];
    }
  }

  private static FeatureBatch turns(CrashSetup setup, long turns) {
    return FeatureBatch.builder(setup.runtime.allocator())
        .floats("x", 1)
        .longs("turns", turns)
        .build();
  }

  /** Raw: hangs. And what ends it must not end the next call. */
  static void loopWithoutEnd(CrashSetup setup) throws Exception {
    CallOptions hurried = CallOptions.withDefaults().withDeadline(SHORT);
    try (Model model = setup.runtime.load(Graphs.save(setup.folder, "turns", Graphs.turns()))) {
      for (int round = 0; round < setup.rounds; round++) {
        Expect.exception(() -> turn(setup, model, NEVER, hurried), DeadlineException.class);
        Expect.same(new float[] {turn(setup, model, round, CallOptions.withDefaults())}, 1 + round);
        try (FeatureBatch endless = turns(setup, NEVER)) {
          CompletableFuture<float[]> call =
              model.predictAsync(endless, CallOptions.withDefaults(), y -> y.floats("y"));
          call.cancel(true);
          Expect.exception(call::get, CancellationException.class);
        }
        Expect.same(new float[] {turn(setup, model, 3, CallOptions.withDefaults())}, 4);
      }
    }
  }

  /** Raw: holds the thread for half a minute, and no cancel. */
  static void loadWithoutEnd(CrashSetup setup) throws Exception {
    Path slow = Graphs.save(setup.folder, "slow", Graphs.products(1000, 200));
    try (ModelRuntime own = ModelRuntime.open()) {
      LoadOptions hurried = LoadOptions.builder().within(Duration.ofMillis(20)).build();
      Expect.answerOr(
          () -> {
            own.load(slow, hurried).close();
            return null;
          },
          ModelLoadException.class);
      own.load(slow, LoadOptions.builder().untrusted().within(LONG).build()).close();
    }
    Path quick = Graphs.save(setup.folder, "quick", Graphs.products(64, 100));
    try (Model model = setup.runtime.load(quick, LoadOptions.untrusted());
        FeatureBatch batch = setup.x(1);
        Prediction prediction = model.predict(batch)) {
      Expect.same(prediction.floats("y"), 65);
    }
  }

  /** Raw: nothing ends a run within one operator. With one thread, this one takes half a second. */
  static void operatorBeyondItsDeadline(CrashSetup setup) throws Exception {
    Path slow = Graphs.save(setup.folder, "product", Graphs.products(3000, 1));
    CallOptions hurried = CallOptions.withDefaults().withDeadline(Duration.ofMillis(50));
    try (ModelRuntime own = ModelRuntime.builder().threads(1).open()) {
      try (Model model = own.load(slow, LoadOptions.untrusted());
          FeatureBatch batch = setup.x(1)) {
        // On a busy machine the deadline may pass before the run begins.
        for (int i = 0; i < 20 && own.figures().abandonedRuns() == 0; i++) {
          Expect.exception(() -> model.predict(batch, hurried), DeadlineException.class);
        }
        if (own.figures().abandonedRuns() == 0) {
          throw new AssertionError("found no abandoned run after the deadline");
        }
      }
      if (own.figures().abandonedRuns() != 0) {
        throw new AssertionError("found a run that goes on in a closed model");
      }
    }
  }
}
