package io.mlops4j.bench.scale;

import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.files.Folders;
import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Measured;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A job of Spark on two cores over a Parquet file of flights, in a warm process of its own. Each
 * job hands all columns to a sink that drops them.
 */
final class SparkJob implements Measured {
  private static final int WARM_UP = 10; // until the compiler has done its work

  private final Path folder = Files.createTempDirectory("mlops4j-spark");
  private final Process process;
  private final Writer to;
  private final BufferedReader from;

  private SparkJob(String job, long rows) throws IOException {
    Path flights = folder.resolve("flights.parquet");
    FlightsFile.write(flights, rows);
    Path registry = Files.createDirectory(folder.resolve("registry"));
    List<String> arguments =
        List.of(
            job,
            flights.toString(),
            Models.resource(ScoredFile.MODEL).toString(),
            registry.toString());
    process =
        EngineProcess.SPARK.builder("SparkJobs", List.of("-Xms1g", "-Xmx1g"), arguments).start();
    to = process.outputWriter(StandardCharsets.UTF_8);
    from = process.inputReader(StandardCharsets.UTF_8);
    for (int i = 0; i < WARM_UP; i++) {
      measure();
    }
  }

  static List<Comparison> comparisons(long rows) {
    return List.of(
        comparison("scan", rows, "the same job without a model", 2.0),
        comparison(
            "udf",
            rows / 10,
            "a function of SQL around ONNX Runtime's Java API, one session for the JVM",
            0.7),
        comparison(
            "loop",
            rows,
            "mapPartitions around ONNX Runtime's Java API, in batches of 4096 rows",
            0.7));
  }

  private static Comparison comparison(String peer, long rows, String what, double goal) {
    return new Comparison(
        "scale.spark." + peer,
        "a job of Spark on two cores: %d flights from Parquet, their probabilities added; %s"
            .formatted(rows, FlightsFile.data()),
        what,
        goal,
        () -> new SparkJob("transform", rows),
        () -> new SparkJob(peer, rows));
  }

  @Override
  public double measure() throws IOException {
    to.write("run\n");
    to.flush();
    String nanos = from.readLine();
    if (nanos == null) {
      throw new IOException(
          "the process of Spark ended: exit code " + process.onExit().join().exitValue());
    }
    return Double.parseDouble(nanos);
  }

  @Override
  public void close() throws IOException {
    to.close(); // which ends the process
    process.onExit().join();
    from.close();
    Folders.delete(folder);
  }
}
