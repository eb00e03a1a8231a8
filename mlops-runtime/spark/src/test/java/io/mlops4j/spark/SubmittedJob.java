package io.mlops4j.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;

/** A program for {@code spark-submit}. Prints a sum, and where classes are loaded from. */
public final class SubmittedJob {
  private SubmittedJob() {}

  /** Counts the rows of files in a task, with DuckDB. */
  private record Reading() implements MapFunction<String, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long call(String file) {
      return rows(List.of(Path.of(file)));
    }
  }

  /** Says in a task which process it runs in, and where classes are loaded from. */
  private record Loaders() implements MapFunction<Long, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String call(Long task) throws ClassNotFoundException {
      return ProcessHandle.current().pid() + ": " + String.join(", ", loaders());
    }
  }

  private static List<String> loaders() throws ClassNotFoundException {
    List<String> loaders = new ArrayList<>();
    for (String name :
        List.of(
            "io.mlops4j.runtime.ModelRuntime",
            "ai.onnxruntime.OrtEnvironment",
            "org.duckdb.DuckDBDriver",
            "org.apache.arrow.vector.FieldVector",
            "com.fasterxml.jackson.databind.ObjectMapper",
            "com.google.protobuf.Message",
            "org.slf4j.Logger")) {
      boolean ofSpark = Class.forName(name).getClassLoader() == SparkSession.class.getClassLoader();
      loaders.add(name + (ofSpark ? " of Spark" : " of the job"));
    }
    return loaders;
  }

  private static long rows(List<Path> files) {
    long rows = 0;
    try (ModelRuntime runtime = ModelRuntime.open();
        FeatureReader batches = runtime.read(files, ReadOptions.defaults())) {
      for (FeatureBatch batch : batches) {
        rows += batch.rows();
      }
    }
    return rows;
  }

  /** The files that Spark wrote. */
  private static List<Path> parts(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(each -> each.getFileName().toString().startsWith("part-")).toList();
    }
  }

  /** The folder of the registry, and one that is made. */
  public static void main(String[] args) throws ClassNotFoundException, IOException {
    try (SparkSession spark = SparkSession.builder().getOrCreate();
        SparkModel model =
            SparkModel.load(spark, RegistryAddress.folder(args[0]), "plus@champion")) {
      System.out.println(
          "sum "
              + model
                  .transform(spark.range(0, 1000, 1, 2).select(col("id").cast("float").as("x")))
                  .agg(sum("y"))
                  .first()
                  .getDouble(0));
      for (String format : List.of("parquet", "csv")) {
        Path to = Path.of(args[1], format);
        spark
            .range(0, 1000, 1, 2)
            .selectExpr("id", "concat('früh ', id) name")
            .write()
            .format(format)
            .option("header", true)
            .save(to.toString());
        List<Path> parts = parts(to);
        List<String> names = parts.stream().map(Path::toString).toList();
        System.out.println(
            "%s read: %d by the driver, %s by tasks"
                .formatted(
                    format,
                    rows(parts),
                    spark
                        .createDataset(names, Encoders.STRING())
                        .map(new Reading(), Encoders.LONG())
                        .collectAsList()));
      }
      System.out.println("driver " + ProcessHandle.current().pid());
      spark
          .range(0, 2, 1, 2)
          .map(new Loaders(), Encoders.STRING())
          .collectAsList()
          .forEach(said -> System.out.println("task in " + said));
    }
    loaders().forEach(System.out::println);
  }
}
