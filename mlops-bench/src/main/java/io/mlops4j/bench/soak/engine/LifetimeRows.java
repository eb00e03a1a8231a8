package io.mlops4j.bench.soak.engine;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.bench.soak.part.Expect;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.ModelCache;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.jspecify.annotations.Nullable;

/** What is closed, freed or collected while it is used. */
final class LifetimeRows {

  private LifetimeRows() {}

  /** Raw: SIGSEGV. */
  static void closedWhileRunning(CrashSetup setup) throws Exception {
    Path file = setup.line();
    Path loop = Graphs.save(setup.folder, "turns", Graphs.turns());
    for (int round = 0; round < setup.rounds; round++) {
      Model model = setup.runtime.load(file);
      Model endless = setup.runtime.load(loop);
      CountDownLatch running = new CountDownLatch(5);
      List<Future<Void>> calls = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        float value = thread;
        calls.add(setup.threads.submit(() -> askUntilClosed(setup, model, value, running)));
      }
      calls.add(
          setup.threads.submit(
              () -> {
                running.countDown();
                Expect.exception(
                    () ->
                        DeadlineRows.turn(
                            setup,
                            endless,
                            DeadlineRows.NEVER,
                            CallOptions.withDefaults().withDeadline(DeadlineRows.SHORT)),
                    DeadlineException.class,
                    IllegalStateException.class);
                return null;
              }));
      running.await();
      endless.close();
      model.close();
      for (Future<Void> call : calls) {
        call.get();
      }
    }
  }

  private static @Nullable Void askUntilClosed(
      CrashSetup setup, Model model, float value, CountDownLatch running) {
    try (FeatureBatch batch = setup.x(value)) {
      boolean open = true;
      while (open) {
        open =
            Expect.answerOr(
                () -> {
                  CrashSetup.askLine(model, batch, value);
                  return null;
                },
                IllegalStateException.class);
        running.countDown();
      }
    }
    return null;
  }

  /** Raw: SIGSEGV, of a mapped file in ONNX Runtime's format, once the mapping is collected. */
  static void mappingCollected(CrashSetup setup) throws Exception {
    Path optimised = setup.folder.resolve("line.ort");
    writeInRuntimeFormat(setup.line(), optimised);
    Expect.answerOr(
        () -> askAfterDeletion(setup, setup.runtime, optimised), ModelLoadException.class);
    askAfterDeletion(setup, setup.runtime, setup.line());
    Path cache = Files.createDirectory(setup.folder.resolve("cache"));
    try (ModelRuntime cached =
        ModelRuntime.builder().modelCache(ModelCache.in(cache)).strict().open()) {
      cached.load(setup.line()).close();
      askAfterDeletion(setup, cached, setup.line());
    }
  }

  private static void writeInRuntimeFormat(Path model, Path to) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizedModelFilePath(to.toString());
      options.addConfigEntry("session.save_model_format", "ORT");
      OrtEnvironment.getEnvironment().createSession(model.toString(), options).close();
    }
  }

  private static @Nullable Void askAfterDeletion(CrashSetup setup, ModelRuntime with, Path file)
      throws IOException {
    try (Model model = with.load(file);
        FeatureBatch batch = setup.x(1, 2, 3)) {
      Files.delete(file);
      for (int i = 0; i < 3; i++) {
        System.gc();
        CrashSetup.askLine(model, batch, 1, 2, 3);
      }
    }
    return null;
  }

  /** Raw: a silent race. */
  static void outputShared(CrashSetup setup) throws Exception {
    try (Model model = setup.runtime.load(setup.line())) {
      List<Callable<Void>> calls = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        float value = thread;
        calls.add(
            () -> {
              for (int round = 0; round < 10 * setup.rounds; round++) {
                askTwice(setup, model, value + round, value - round);
              }
              return null;
            });
      }
      for (Future<Void> call : setup.threads.invokeAll(calls)) {
        call.get();
      }
    }
  }

  /** Two answers that are open at the same time. */
  private static void askTwice(CrashSetup setup, Model model, float first, float second) {
    try (FeatureBatch one = setup.x(first);
        FeatureBatch two = setup.x(second);
        Prediction before = model.predict(one);
        Prediction after = model.predict(two)) {
      Expect.same(before.floats("y"), CrashSetup.onLine(first));
      Expect.same(after.floats("y"), CrashSetup.onLine(second));
    }
  }

  /** Raw: SIGSEGV. */
  static void inputClosed(CrashSetup setup) throws Exception {
    try (Model model = setup.runtime.load(setup.line())) {
      for (int round = 0; round < 10 * setup.rounds; round++) {
        float value = round;
        FeatureBatch batch = setup.x(value);
        CompletableFuture<float[]> answer =
            model.predictAsync(batch, CallOptions.withDefaults(), y -> y.floats("y"));
        batch.close();
        Expect.same(answer.get(), CrashSetup.onLine(value));

        FeatureBatch raced = setup.x(value);
        Future<?> closing = setup.threads.submit(raced::close);
        Expect.answerOr(
            () -> {
              CrashSetup.askLine(model, raced, value);
              return null;
            },
            IllegalStateException.class);
        closing.get();
        Expect.exception(() -> model.predict(raced), IllegalStateException.class);
      }
    }
  }

  /** Raw: no exception, but garbage. */
  static void answerFreed(CrashSetup setup) throws Exception {
    for (int round = 0; round < setup.rounds; round++) {
      ModelRuntime own = ModelRuntime.open();
      Model model = own.load(setup.line());
      Prediction prediction;
      try (FeatureBatch batch = FeatureBatch.builder(own.allocator()).floats("x", 1, 2).build()) {
        prediction = model.predict(batch);
      }
      FieldVector view = prediction.vector("y");
      model.close();
      own.close();
      Expect.same(prediction.floats("y"), 3, 5);
      prediction.close();
      Expect.exception(() -> prediction.floats("y"), IllegalStateException.class);
      Expect.exception(() -> prediction.vector("y"), IllegalStateException.class);
      Expect.exception(() -> ((Float4Vector) view).get(0), RuntimeException.class);
    }
  }
}
