package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.files.Folders;
import io.mlops4j.bench.scale.EngineProcess;
import io.mlops4j.bench.scale.FlightsFile;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Jobs of a cluster of two workers, one of which is killed at a random moment of each job. */
public final class EngineKills implements Part {
  private final EngineProcess engine;
  private final String main;
  private final String what;
  private final Arguments arguments;

  /** Prepares a folder, and returns the arguments of the main method. */
  private interface Arguments {
    List<String> in(Path folder, Size size) throws IOException;
  }

  private EngineKills(EngineProcess engine, String main, String what, Arguments arguments) {
    this.engine = engine;
    this.main = main;
    this.what = what;
    this.arguments = arguments;
  }

  public static EngineKills spark() {
    return new EngineKills(
        EngineProcess.SPARK,
        "KilledExecutors",
        "a job of Spark on two executors, one of which is killed at a random moment; results with"
            + " other rows than without a kill, and figures that count a row twice or not at all",
        (folder, size) -> {
          Path flights = folder.resolve("flights.parquet");
          FlightsFile.write(flights, size.of(3_000_000, 600_000, 0));
          String model = Models.resource("/io/mlops4j/bench/flight-delay-1.onnx").toString();
          return List.of(flights.toString(), model, folder.toString());
        });
  }

  public static EngineKills flink() {
    return new EngineKills(
        EngineProcess.FLINK,
        "KilledTaskManagers",
        "a job of Flink on two task managers, one of which is killed at a random moment while the"
            + " alias moves; files with other answers, or other labels joined to them, than without"
            + " a kill",
        (folder, size) -> List.of(String.valueOf(size.of(400_000, 200_000, 0)), folder.toString()));
  }

  @Override
  public String name() {
    return "scale." + engine.label();
  }

  @Override
  public String what() {
    return what;
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    if (size == Size.TINY || !engine.isBuilt()) {
      say.accept(
          size == Size.TINY
              ? "skipped: a test of " + engine.module() + " kills a worker"
              : "skipped: " + engine.module() + " was not built");
      return List.of();
    }
    if (engine == EngineProcess.SPARK) {
      say.accept(FlightsFile.data());
    }
    Path folder = Files.createTempDirectory("mlops4j-" + engine.label());
    try {
      return run(folder, size, new Random(seed), say);
    } finally {
      Folders.delete(folder);
    }
  }

  private List<Finding> run(Path folder, Size size, Random random, Consumer<String> say)
      throws IOException {
    Process driver =
        engine
            .builder(
                main, List.of("-Xmx600m", "-XX:TieredStopAtLevel=1"), arguments.in(folder, size))
            .start();
    try (Writer to = driver.outputWriter(StandardCharsets.UTF_8);
        BufferedReader from = driver.inputReader(StandardCharsets.UTF_8)) {
      return kill(driver, to, from, size.of(50, 5, 0), random, say);
    } finally {
      driver.descendants().forEach(ProcessHandle::destroyForcibly);
      driver.destroyForcibly().onExit().join();
    }
  }

  private List<Finding> kill(
      Process driver,
      Writer to,
      BufferedReader from,
      int rounds,
      Random random,
      Consumer<String> say)
      throws IOException {
    String expected = job(to, from);
    long begin = System.nanoTime();
    int different = job(to, from).equals(expected) ? 0 : 1;
    int alone = (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    say.accept("a job takes " + alone + " ms; rows and digest: " + expected);
    int kills = 0;
    for (int round = 0; round < rounds; round++) {
      CompletableFuture<Boolean> killed =
          CompletableFuture.supplyAsync(
              () -> killOne(driver, random.nextInt(2)),
              CompletableFuture.delayedExecutor(random.nextInt(alone), TimeUnit.MILLISECONDS));
      different += job(to, from).equals(expected) ? 0 : 1;
      kills += killed.join() ? 1 : 0;
    }
    say.accept(kills + " workers killed in " + rounds + " jobs");
    return List.of(
        new Finding("soak." + name() + ".different", different, 0),
        new Finding("soak." + name() + ".unharmed", rounds - kills, rounds / 2.0));
  }

  private static String job(Writer to, BufferedReader from) throws IOException {
    to.write("run\n");
    to.flush();
    String told = from.readLine();
    if (told == null) {
      throw new IOException("the driver ended");
    }
    return told;
  }

  /** The processes below the driver are its workers. */
  private static boolean killOne(Process driver, int which) {
    List<ProcessHandle> workers = driver.descendants().toList();
    return !workers.isEmpty() && workers.get(which % workers.size()).destroyForcibly();
  }
}
