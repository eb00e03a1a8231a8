package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.serving.DefaultModelLoader;
import io.mlops4j.runtime.serving.RuntimeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Other processes that take part in the rollouts of an alias; each says what it did. */
final class RolloutChild {
  private static final Verdict PASS =
      new Verdict.Pass(List.of(new Evidence("errors", 0, 0.1, "no call failed")));

  private RolloutChild() {}

  /** Arguments: what to do, the registry, and what that takes. */
  public static void main(String[] args) throws Exception {
    Path registry = Path.of(args[1]);
    switch (args[0]) {
      case "serve" -> serve(registry);
      case "start" -> start(registry, args[2], Path.of(args[3]), Integer.parseInt(args[4]));
      case "read" -> read(registry, Path.of(args[2]), Path.of(args[3]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  static Process start(Path errors, List<String> before, String... args) throws IOException {
    List<String> flags = List.of("--add-opens=java.base/java.nio=ALL-UNNAMED", "-Xmx64m");
    return ChildProcess.start(
        ChildProcess.by(before, ChildProcess.java(flags, RolloutChild.class, (Object[]) args))
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile())));
  }

  private static void say(String line) {
    synchronized (System.out) {
      System.out.println(line);
      System.out.flush();
    }
  }

  private static DeploymentBuilder deployment(DefaultModelLoader loader, ModelRegistry registry) {
    DeploymentBuilder builder = new DeploymentBuilder(loader, CHAMPION);
    builder.from(registry).actor("service").every(Duration.ofMillis(20)).rollouts(trial -> PASS);
    return builder;
  }

  private static int version(DefaultModelLoader loader, Deployment deployment) {
    try (FeatureBatch batch = FeatureBatch.builder(loader.allocator()).floats("x", 0).build();
        Prediction answer = deployment.predict(batch)) {
      int version = answer.servedBy().version().orElseThrow().number();
      return answer.floats("y")[0] == version ? version : -version;
    }
  }

  /** Calls without end; SIGTERM closes the deployment, and a call after that ends the thread. */
  private static void serve(Path folder) {
    DefaultModelLoader loader = new DefaultModelLoader(RuntimeSettings.of(1));
    ModelRegistry registry = FileModelRegistry.open(folder);
    Deployment deployment = deployment(loader, registry).start();
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger failed = new AtomicInteger();
    Thread caller =
        new Thread(
            () -> {
              try {
                while (version(loader, deployment) > 0) {
                  if (answered.incrementAndGet() == 1) {
                    say("answers");
                  }
                }
                failed.incrementAndGet(); // the answer of another version than it names
              } catch (IllegalStateException closed) {
                if (!String.valueOf(closed.getMessage()).contains("is closed")) {
                  failed.incrementAndGet();
                }
              } catch (RuntimeException | Error e) {
                e.printStackTrace();
                failed.incrementAndGet();
              }
            });
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  deployment.close();
                  try {
                    caller.join();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  registry.close();
                  loader.close();
                  say("closed " + (answered.get() > 0) + " " + failed.get());
                }));
    caller.start();
  }

  /** In each round waits for a file, and then starts a rollout. */
  private static void start(Path folder, String name, Path signals, int rounds) {
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      Rollout rollout = Rollout.of(registry, CHAMPION);
      ModelVersion candidate = registry.resolve("plus:2");
      say("ready");
      for (int round = 0; round < rounds; round++) {
        Path signal = signals.resolve("go-" + round);
        while (!Files.exists(signal)) {
          LockSupport.parkNanos(100_000);
        }
        try {
          rollout.start(candidate, RolloutPlan.of(0.1), Change.by(name));
          say("won");
        } catch (RuntimeException e) {
          say("lost " + e);
        }
      }
    }
  }

  private interface Work {
    Object run();
  }

  private static void says(String what, Work work) {
    try {
      say(what + ": " + work.run());
    } catch (RuntimeException e) {
      say(what + ": " + e);
    }
  }

  /** Does in a registry that can only be read what one does in a registry. */
  private static void read(Path folder, Path copies, Path model) {
    Change ana = Change.by("ana");
    DefaultModelLoader loader = new DefaultModelLoader(RuntimeSettings.of(1));
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      Rollout rollout = Rollout.of(registry, CHAMPION);
      ModelVersion v2 = registry.resolve("plus:2");
      try (Deployment deployment = deployment(loader, registry).lastGoodIn(copies).start()) {
        boolean[] answered = new boolean[3];
        for (int i = 0; i < 1000; i++) {
          answered[version(loader, deployment)] = true;
        }
        say("versions that answer: " + answered[1] + " " + answered[2]);
        says("status", () -> rollout.status().orElseThrow().state());
        says("refresh", () -> deployment.refresh().serving().version().orElseThrow());
        says("assign", () -> registry.assign(CHAMPION, v2, ana));
        says(
            "publish",
            () -> registry.publish(DeploymentFixture.card().parameter("new", "1").build(), model));
        says("judge", () -> rollout.judged(rollout.status().orElseThrow(), PASS, ana));
        says("abort", () -> rollout.abort(rollout.status().orElseThrow(), ana));
        says("start", () -> Rollout.of(registry, "plus@other").start(v2, RolloutPlan.of(0.1), ana));
        says("rollback", () -> deployment.rollback(deployment.servedBy(), "complaints"));
        say("answers after all: " + (version(loader, deployment) > 0));
        while (deployment.status().lastGood().orElseThrow().kept().isEmpty()) {
          LockSupport.parkNanos(1_000_000);
        }
        say("copied");
      }
    }
    loader.close();
  }
}
