package io.mlops4j.bench.soak;

import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.scale.FlightsParquet;
import io.mlops4j.bench.scale.SparkProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A job of a cluster of two executors, one of which is killed at a random moment. */
final class SparkKills implements Part {
  @Override
  public String name() {
    return "scale.spark";
  }

  @Override
  public String what() {
    return "a job of Spark on two executors, one of which is killed at a random moment; results"
        + " with other rows than without a kill, and figures that count a row twice or not at all";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    if (size == Size.TINY || !SparkProcess.isBuilt()) {
      say.accept(
          size == Size.TINY
              ? "skipped: a test of mlops-runtime/spark kills an executor"
              : "skipped: mlops-runtime/spark was not built");
      return List.of();
    }
    Path folder = Files.createTempDirectory("mlops4j-spark");
    try {
      return run(folder, size, new Random(seed), say);
    } finally {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static List<Finding> run(Path folder, Size size, Random random, Consumer<String> say)
      throws IOException {
    Path flights = folder.resolve("flights.parquet");
    FlightsParquet.write(flights, size.of(3_000_000, 600_000, 0));
    String model = Models.resource("/io/mlops4j/bench/flight-delay-1.onnx").toString();
    Process driver =
        SparkProcess.builder(
                "KilledExecutors",
                List.of("-Xmx600m", "-XX:TieredStopAtLevel=1"),
                List.of(flights.toString(), model, folder.toString()))
            .start();
    try (Writer to = driver.outputWriter(StandardCharsets.UTF_8);
        BufferedReader from = driver.inputReader(StandardCharsets.UTF_8)) {
      return kill(driver, to, from, size.of(50, 5, 0), random, say);
    } finally {
      driver.descendants().forEach(ProcessHandle::destroyForcibly);
      driver.destroyForcibly().onExit().join();
    }
  }

  private static List<Finding> kill(
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
    say.accept("a job takes " + alone + " ms; rows, rows by the figures, digest: " + expected);
    int kills = 0;
    for (int round = 0; round < rounds; round++) {
      CompletableFuture<Boolean> killed =
          CompletableFuture.supplyAsync(
              () -> killOne(driver, random.nextInt(2)),
              CompletableFuture.delayedExecutor(random.nextInt(alone), TimeUnit.MILLISECONDS));
      different += job(to, from).equals(expected) ? 0 : 1;
      kills += killed.join() ? 1 : 0;
    }
    say.accept(kills + " executors killed in " + rounds + " jobs");
    return List.of(
        new Finding("soak.scale.spark.different", different, 0),
        new Finding("soak.scale.spark.unharmed", rounds - kills, rounds / 2.0));
  }

  private static String job(Writer to, BufferedReader from) throws IOException {
    to.write("run\n");
    to.flush();
    String told = from.readLine();
    if (told == null) {
      throw new IOException("the driver of Spark ended");
    }
    return told;
  }

  /** The processes below the driver are its executors. */
  private static boolean killOne(Process driver, int which) {
    List<ProcessHandle> executors = driver.descendants().toList();
    return !executors.isEmpty() && executors.get(which % executors.size()).destroyForcibly();
  }
}
