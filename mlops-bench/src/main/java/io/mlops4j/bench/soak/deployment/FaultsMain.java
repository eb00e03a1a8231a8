package io.mlops4j.bench.soak.deployment;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Expect;
import io.mlops4j.error.MlopsException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The service of {@link Faults}: tells its process, which version serves, and how many calls were
 * answered and failed. It ends when a file appears.
 */
final class FaultsMain {
  static final String ALIAS = "line@champion";
  private static final int THREADS = 16;
  private static final double CALLS_A_SECOND = 500;

  private final ModelRuntime runtime = ModelRuntime.builder().threads(1).open();
  private final AtomicInteger told = new AtomicInteger();

  private FaultsMain() {}

  /** The port of the database, the folder of the last good version, the file, and the seed. */
  public static void main(String[] args) {
    Child.tell("pid " + ProcessHandle.current().pid());
    new FaultsMain()
        .serve(
            Integer.parseInt(args[0]), Path.of(args[1]), Path.of(args[2]), Long.parseLong(args[3]));
  }

  /**
   * A registry that gives up after some seconds: soon in the service, and late in the process that
   * makes the faults, which must not fail because the machine is busy.
   */
  static JdbcModelRegistry.Builder registry(int port, int seconds) {
    Properties properties = new Properties();
    properties.put("user", "postgres");
    properties.put("loginTimeout", Integer.toString(seconds));
    properties.put("connectTimeout", Integer.toString(seconds));
    properties.put("socketTimeout", Integer.toString(seconds + 1));
    return JdbcModelRegistry.builder(
            "jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties)
        .statementTimeout(Duration.ofSeconds(seconds));
  }

  private void serve(int port, Path lastGood, Path end, long seed) {
    try (ModelRegistry registry = registry(port, 2).openLater();
        Deployment line = start(registry, lastGood);
        OpenCalls calls =
            new OpenCalls(THREADS, CALLS_A_SECOND, seed, (thread, random) -> call(line, random))) {
      while (!Files.exists(end)) {
        LockSupport.parkNanos(100_000_000);
        boolean copied = line.status().lastGood().orElseThrow().kept().isPresent();
        Child.tell("calls " + calls.answered() + " " + calls.failed() + " " + copied);
      }
    }
    runtime.close();
    Child.tell("closed");
  }

  /** Tries for a minute, as a platform restarts a process that cannot start yet. */
  private Deployment start(ModelRegistry registry, Path lastGood) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (true) {
      try {
        return runtime
            .deployment(ALIAS)
            .from(registry)
            .actor("soak")
            .every(Duration.ofMillis(200))
            .registryTimeout(Duration.ofSeconds(1))
            .trialTimeout(Duration.ofSeconds(5))
            .lastGoodIn(lastGood)
            .start();
      } catch (MlopsException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        Child.tell("cannot start yet: " + e.getMessage());
      }
    }
  }

  private void call(Deployment line, Random random) {
    float x = random.nextFloat();
    try (FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).floats("x", x).build();
        Prediction prediction = line.predict(batch)) {
      int version = prediction.servedBy().version().orElseThrow().number();
      Expect.same(prediction.floats("y"), version * x + 1);
      if (told.getAndSet(version) != version) {
        Child.tell("serves " + version);
      }
    }
  }
}
