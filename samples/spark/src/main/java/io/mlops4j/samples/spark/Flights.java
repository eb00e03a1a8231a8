package io.mlops4j.samples.spark;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import io.mlops4j.spark.ScoringFigures;
import io.mlops4j.spark.SparkModel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Scores half a year of flights with Spark. The alias moves to another version before the job runs;
 * all tasks use the version that the driver has resolved. Their profiles become one drift report.
 */
final class Flights {
  private static final StructType COLUMNS =
      new StructType()
          .add("month", "int")
          .add("distance", "float")
          .add("hour", "short")
          .add("weekday", "short")
          .add("origin", "string")
          .add("destination", "string");

  private final Path quickstart;
  private final Path output;
  private final PrintStream out;

  Flights(Path samples, Path output, PrintStream out) {
    this.quickstart = samples.resolve("quickstart");
    this.output = output;
    this.out = out;
  }

  /** The optional argument is the folder for the output. */
  public static void main(String[] args) throws IOException {
    Path above = Path.of("..");
    Path samples = Files.isDirectory(above.resolve("quickstart")) ? above : Path.of("samples");
    Path output = args.length > 0 ? Path.of(args[0]) : samples.resolve("spark/target/spark");
    new Flights(samples, output, System.out).run();
  }

  /**
   * What happened.
   *
   * @param version the version that scored
   * @param now the version that the alias points to
   * @param months the month, the number of flights, and the mean probability of a delay
   */
  record Outcome(
      ModelVersion version,
      ModelVersion now,
      ScoringFigures figures,
      List<Row> months,
      DriftReport drift) {}

  Outcome run() throws IOException {
    Files.createDirectories(output);
    Path folder = output.resolve("registry");
    try (SparkSession spark =
            SparkSession.builder()
                .master("local[2]")
                .appName("flights")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .getOrCreate();
        ModelRegistry registry = FileModelRegistry.open(folder);
        ModelRuntime runtime = ModelRuntime.open()) {
      ModelVersion first = publish(registry, 1);
      ModelVersion second = publish(registry, 2);
      registry.assign("flight-delay@champion", first, Change.by("sample"));
      String flights = write(spark, runtime);
      Profile january;
      try (FeatureReader days = runtime.read(quickstart.resolve(month(1)))) {
        january = Profile.of(days);
      }

      try (SparkModel model =
          SparkModel.builder(
                  spark, RegistryAddress.folder(folder.toString()), "flight-delay@champion")
              .outputs("probability")
              .comparedWith(january)
              .load()) {
        registry.assign("flight-delay@champion", second, Change.by("sample"));
        String scored = output.resolve("scored.parquet").toString();
        model.transform(spark.read().parquet(flights)).write().mode("overwrite").parquet(scored);
        ScoringFigures figures = model.figures();
        out.printf(
            "%,d flights in %d tasks by %s, while the alias points to %s%n",
            figures.rows(), figures.tasks(), model.version(), second);

        List<Row> months =
            spark
                .read()
                .parquet(scored)
                .groupBy("month")
                .agg(count("*"), avg("probability"))
                .orderBy(col("month"))
                .collectAsList();
        for (Row month : months) {
          out.printf(
              "  month %d: %,6d flights, mean probability of a delay %.3f%n",
              month.getInt(0), month.getLong(1), month.getDouble(2));
        }
        DriftReport drift = model.drift();
        out.println("half a year against January:");
        drift.features().stream()
            .filter(feature -> List.of(COLUMNS.fieldNames()).contains(feature.name()))
            .forEach(feature -> out.println("  " + feature.name() + ": " + feature.verdict()));
        return new Outcome(model.version(), second, figures, months, drift);
      }
    }
  }

  private ModelVersion publish(ModelRegistry registry, int number) {
    Path file = quickstart.resolve("models/flight-delay-%d.onnx".formatted(number));
    return registry.publish(ModelCard.builder("flight-delay").build(), file);
  }

  private static String month(int number) {
    return "data/flights-2001-%02d.arrow".formatted(number);
  }

  /** Writes the flights as Parquet, which Spark reads. */
  private String write(SparkSession spark, ModelRuntime runtime) {
    List<Row> rows = new ArrayList<>();
    for (int month = 1; month <= 6; month++) {
      try (FeatureReader days = runtime.read(quickstart.resolve(month(month)))) {
        for (FeatureBatch day : days) {
          add(month, day, rows);
        }
      }
    }
    Dataset<Row> flights = spark.createDataFrame(rows, COLUMNS).repartition(4, col("month"));
    String file = output.resolve("flights.parquet").toString();
    flights.write().mode("overwrite").parquet(file);
    return file;
  }

  private static void add(int month, FeatureBatch day, List<Row> rows) {
    Float4Vector distance = (Float4Vector) day.column("distance");
    SmallIntVector hour = (SmallIntVector) day.column("hour");
    SmallIntVector weekday = (SmallIntVector) day.column("weekday");
    VarCharVector origin = (VarCharVector) day.column("origin");
    VarCharVector destination = (VarCharVector) day.column("destination");
    for (int i = 0; i < day.rows(); i++) {
      rows.add(
          RowFactory.create(
              month,
              distance.get(i),
              hour.get(i),
              weekday.get(i),
              new String(origin.get(i), StandardCharsets.US_ASCII),
              new String(destination.get(i), StandardCharsets.US_ASCII)));
    }
  }
}
