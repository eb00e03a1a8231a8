package io.mlops4j.spark;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * Jobs over a Parquet file of flights for the comparisons of {@code mlops-bench}, which does not
 * have Spark on its class path. For each line of standard input a job runs once, and its time in
 * nanoseconds is printed.
 */
final class SparkJobs implements AutoCloseable {
  private final SparkSession spark = session();
  private final String flights;
  private final String file;
  private final SparkModel model;

  /** With a folder in which a registry is made. */
  private SparkJobs(String flights, String file, Path folder) {
    this.flights = flights;
    this.file = file;
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      ModelVersion version =
          registry.publish(ModelCard.builder("flight-delay").build(), Path.of(file));
      registry.assign("flight-delay@champion", version, Change.by("bench"));
    }
    model =
        SparkModel.builder(
                spark, RegistryAddress.folder(folder.toString()), "flight-delay@champion")
            .outputs("probability")
            .load();
    model.register("ours");
    spark.udf().register("by_hand", new HandWritten(file).udf(), DataTypes.FloatType);
  }

  /** The name of the job, the Parquet file, the file of the model, and a folder. */
  public static void main(String[] args) throws IOException {
    try (SparkJobs jobs = new SparkJobs(args[1], args[2], Path.of(args[3]))) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (in.readLine() != null) {
        long begin = System.nanoTime();
        jobs.rows(args[0]).write().format("noop").mode("overwrite").save();
        System.out.println(System.nanoTime() - begin);
      }
    }
  }

  private static SparkSession session() {
    return SparkSession.builder()
        .master("local[2]")
        .appName("mlops4j bench")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate();
  }

  private Dataset<Row> rows(String job) {
    Dataset<Row> rows = spark.read().parquet(flights);
    return switch (job) {
      case "scan" -> rows;
      case "transform" -> model.transform(rows);
      case "function" ->
          rows.selectExpr(
              "*",
              "ours(struct(distance, hour, weekday, origin, destination)).probability probability");
      case "udf" ->
          rows.selectExpr("*", "by_hand(distance, hour, weekday, origin, destination) probability");
      case "loop" ->
          rows.mapPartitions(
              new HandWritten(file).loop(), Encoders.row(model.transform(rows).schema()));
      default -> throw new IllegalArgumentException("job: found " + job);
    };
  }

  @Override
  public void close() {
    model.close();
    spark.stop();
  }
}
