package io.mlops4j.bench.soak.exit;

import ai.onnxruntime.OrtEnvironment;
import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.soak.exit.Exit.Way;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls models in daemon threads, and ends in one of the {@link Way}s while they run. */
final class ExitMain {
  private static final int CALLERS = 4;
  private static final int ROWS = 1024;
  private static final int WARM = 200;
  private static final long NEVER = 1L << 62;

  private final Way way;
  private final AtomicInteger calls = new AtomicInteger();
  private final CountDownLatch warm = new CountDownLatch(1);
  private final List<Thread> callers = new ArrayList<>();
  private final ModelRuntime runtime;
  private volatile boolean stopped;

  private ExitMain(Way way) {
    this.way = way;
    // As many threads whatever the machine has, so that runs use those that ONNX Runtime shares.
    ModelRuntime.Builder builder = ModelRuntime.builder().threads(4);
    if (way == Way.HOOK_ENDS) {
      builder.closing(Closing.endsCallsAfter(Duration.ofMillis(100)));
    }
    this.runtime = builder.open();
  }

  /** The name of a way. */
  public static void main(String[] args) throws Exception {
    new ExitMain(Way.valueOf(args[0])).run();
  }

  private void run() throws Exception {
    if (way == Way.FOREIGN) {
      OrtEnvironment.getEnvironment();
    }
    call(load());
    if (way == Way.LOOP || way == Way.HOOK_ENDS) {
      runWithoutEnd();
    }
    if (way == Way.HOOK || way == Way.HOOK_ENDS) {
      Runtime.getRuntime().addShutdownHook(new Thread(this::drainAndClose));
    }
    warm.await();
    switch (way) {
      case SIGTERM -> {
        new ProcessBuilder("kill", "-TERM", Long.toString(ProcessHandle.current().pid())).start();
        new CountDownLatch(1).await();
      }
      case LISTENER -> new CountDownLatch(1).await();
      case RETURN -> {}
      default -> System.exit(0);
    }
  }

  private Model load() {
    LoadOptions options =
        LoadOptions.builder().features(FeatureSchema.ofNames(Mlp32.names())).build();
    if (way == Way.LISTENER) {
      options = options.toBuilder().listener(exits()).build();
    }
    Path file = way == Way.TENSORFLOW ? Models.savedModel("mlp32") : Models.file("mlp32");
    return runtime.load(file, options);
  }

  private InferenceListener exits() {
    return new InferenceListener() {
      @Override
      public void onInference(InferenceEvent event) {
        if (calls.get() > WARM) {
          System.exit(0);
        }
      }
    };
  }

  private void call(Model model) {
    for (int i = 0; i < CALLERS; i++) {
      Thread caller = new Thread(() -> callUntilStopped(model));
      caller.setDaemon(true);
      caller.start();
      callers.add(caller);
    }
  }

  private void callUntilStopped(Model model) {
    try (FeatureBatch batch = Mlp32.columns(ROWS, runtime.allocator())) {
      while (!stopped) {
        model.predict(batch).close();
        if (calls.incrementAndGet() > WARM) {
          warm.countDown();
        }
      }
    }
  }

  private void runWithoutEnd() throws IOException {
    Path folder = Files.createTempDirectory("exit");
    Model turns = runtime.load(Graphs.save(folder, "turns", Graphs.turns()));
    Thread caller =
        new Thread(
            () -> {
              try (FeatureBatch batch =
                  FeatureBatch.builder(runtime.allocator())
                      .floats("x", 1)
                      .longs("turns", NEVER)
                      .build()) {
                turns.predict(batch).close();
              } catch (IllegalStateException e) {
                // closed while it ran
              }
            });
    caller.setDaemon(true);
    caller.start();
  }

  /** As the README advises. Traffic goes on while other hooks run. */
  private void drainAndClose() {
    try {
      int seen = calls.get();
      while (calls.get() < seen + WARM) {
        Thread.onSpinWait();
      }
      stopped = true;
      for (Thread caller : callers) {
        caller.join();
      }
      runtime.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
