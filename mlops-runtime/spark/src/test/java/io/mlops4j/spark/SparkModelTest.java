package io.mlops4j.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.Digest;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.memory.RootAllocator;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkModelTest {
  /** y = x + 1. */
  private static final String PLUS = "deployment/plus1.onnx";

  private static final int ROWS = 30_000;

  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = Sessions.local();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private RegistryAddress plus() {
    return Sessions.folder(folder.resolve("registry"), "plus", PLUS);
  }

  /** Row r has the id r and x = r. */
  private static Dataset<Row> numbers() {
    return spark.range(0, ROWS, 1, 3).select(col("id"), col("id").cast("float").as("x"));
  }

  /** The profile of all numbers and their answers. */
  private static Profile reference() {
    float[] x = new float[ROWS];
    float[] y = new float[ROWS];
    for (int r = 0; r < ROWS; r++) {
      x[r] = r;
      y[r] = r + 1;
    }
    try (RootAllocator memory = new RootAllocator();
        FeatureBatch rows = FeatureBatch.builder(memory).floats("x", x).build();
        FeatureBatch answers = FeatureBatch.builder(memory).floats("y", y).build()) {
      return Profile.builder().add(rows, answers).build();
    }
  }

  /** The driver does not wait for the other tasks of a job that has failed. */
  private static void awaitNothingLent() {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (ExecutorModels.lent() > 0) {
      assertThat(System.nanoTime()).as("models are still lent").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static void assertScored(Dataset<Row> scored) {
    List<Row> rows = scored.orderBy("id").collectAsList();
    assertThat(rows).hasSize(ROWS);
    for (int r = 0; r < ROWS; r++) {
      Row row = rows.get(r);
      if (row.getLong(0) != r || row.getFloat(1) != r || row.getFloat(2) != r + 1f) {
        throw new AssertionError("row " + r + ": found " + row);
      }
    }
  }

  @Test
  void addsTheOutputsToEveryRow() {
    try (SparkModel model = SparkModel.load(spark, plus(), "plus@champion")) {
      Dataset<Row> scored = model.transform(numbers());
      assertThat(scored.columns()).containsExactly("id", "x", "y");
      assertThat(model.version()).hasToString("plus:1");
      assertThat(model.figures().rows()).isZero(); // nothing has run yet
      assertScored(scored);
    }
  }

  @Test
  void figuresCountEveryTaskOnce() {
    try (SparkModel model = SparkModel.load(spark, plus(), "plus@champion")) {
      Dataset<Row> scored = model.transform(numbers());
      for (int action = 0; action < 2; action++) {
        scored.write().format("noop").mode("overwrite").save();
        ScoringFigures figures = model.figures();
        assertThat(figures.rows()).isEqualTo(ROWS);
        assertThat(figures.tasks()).isEqualTo(3);
        assertThat(figures.calls()).isEqualTo(9); // 10 000 rows are three batches
        assertThat(figures.modelTime()).isPositive();
      }
    }
  }

  @Test
  void wideRowsAreScoredInSmallerBatches() {
    try (SparkModel model = SparkModel.load(spark, plus(), "plus@champion")) {
      Dataset<Row> wide =
          spark
              .range(0, 64, 1, 1)
              .selectExpr("id", "CAST(id AS FLOAT) x", "repeat(string(id % 10), 1 << 20) image");
      model.transform(wide).write().format("noop").mode("overwrite").save();
      assertThat(model.figures().rows()).isEqualTo(64);
      assertThat(model.figures().calls()).isEqualTo(4); // each batch ends behind 16 MiB
    }
  }

  @Test
  void aTaskThatReadsSeveralPartitionsCountsAllOfTheirRows() {
    try (SparkModel model =
        SparkModel.builder(spark, plus(), "plus@champion").comparedWith(reference()).load()) {
      Dataset<Row> scored = model.transform(numbers().repartition(40));
      scored.coalesce(1).write().format("noop").mode("overwrite").save();
      assertThat(model.figures().rows()).isEqualTo(ROWS);
      assertThat(model.figures().tasks()).isEqualTo(1);
      assertThat(model.profile().orElseThrow().rows()).isEqualTo(ROWS);
      awaitNothingLent();
    }
  }

  @Test
  void emptyPartitionsAreNoRows() {
    try (SparkModel model =
        SparkModel.builder(spark, plus(), "plus@champion").comparedWith(reference()).load()) {
      Dataset<Row> none = model.transform(numbers().filter(col("id").lt(0)));
      assertThat(none.collectAsList()).isEmpty();
      assertThat(model.figures().rows()).isZero();
      assertThat(model.profile()).isEmpty();
      assertThat(model.transform(numbers().filter(col("id").equalTo(9))).collectAsList())
          .hasSize(1);
      assertThat(model.profile().orElseThrow().rows()).isEqualTo(1);
    }
  }

  @Test
  void aTaskThatRunsAgainReplacesItsFigures() {
    Figures driver = new Figures();
    for (int attempt = 0; attempt < 3; attempt++) { // a lost executor, or a speculative copy
      for (int partition = 0; partition < 2; partition++) {
        Figures task = new Figures();
        task.add(new TaskFigures(7, partition, 10, 1, 5, ""));
        task.add(new TaskFigures(7, partition, 20, 2, 5, ""));
        driver.merge(task);
      }
    }
    assertThat(driver.tasks()).extracting(TaskFigures::rows).containsExactly(30L, 30L);
    assertThat(driver.value()).isEqualTo("60 rows in 2 tasks");
    Figures next = new Figures();
    next.add(new TaskFigures(8, 0, 1, 1, 5, ""));
    driver.merge(next);
    Figures before = new Figures();
    before.add(new TaskFigures(7, 1, 20, 2, 5, ""));
    driver.merge(before); // a stage that is read again does not bring back what was before
    assertThat(driver.tasks()).extracting(TaskFigures::rows).containsExactly(1L);
    assertThat(driver.value()).isEqualTo("1 rows in 1 tasks");
  }

  /** What Spark's page of a stage shows. */
  private static final class Shown extends SparkListener {
    private final List<String> values = new CopyOnWriteArrayList<>();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      end.taskInfo().accumulables().foreach(this::keep);
    }

    @Override
    public void onStageCompleted(SparkListenerStageCompleted end) {
      end.stageInfo().accumulables().values().foreach(this::keep);
    }

    private Object keep(AccumulableInfo each) {
      if (each.name().contains("mlops4j plus:1")) {
        values.add(String.valueOf(each.value().get()));
      }
      return each;
    }
  }

  @Test
  void sparksPageShowsTheRowsOfAStage() throws TimeoutException {
    Shown shown = new Shown();
    spark.sparkContext().addSparkListener(shown);
    try (SparkModel model =
        SparkModel.builder(spark, plus(), "plus@champion").comparedWith(reference()).load()) {
      model.transform(numbers()).write().format("noop").mode("overwrite").save();
      spark.sparkContext().listenerBus().waitUntilEmpty();
    } finally {
      spark.sparkContext().removeSparkListener(shown);
    }
    // Without the profiles, which Spark would keep for each of its tasks.
    assertThat(shown.values)
        .hasSize(4)
        .endsWith("30000 rows in 3 tasks", "30000 rows in 3 tasks")
        .allMatch(value -> value.matches("\\d+ rows in [123] tasks"));
  }

  @Test
  void anExecutorLoadsAVersionOnce() {
    try (SparkModel model = SparkModel.load(spark, plus(), "plus@champion")) {
      int before = ExecutorModels.loads();
      model.transform(numbers()).write().format("noop").mode("overwrite").save();
      model.transform(numbers().repartition(7)).write().format("noop").mode("overwrite").save();
      assertThat(ExecutorModels.loads() - before).isEqualTo(1);
    }
  }

  @Test
  void parquetIsReadAsColumns() {
    String file = folder.resolve("numbers.parquet").toString();
    numbers().write().parquet(file);
    try (SparkModel model = SparkModel.load(spark, plus(), "plus@champion")) {
      Dataset<Row> scored = model.transform(spark.read().parquet(file));
      assertScored(scored);
      assertScored(model.transform(spark.read().parquet(file).filter(col("id").geq(0))));
    }
  }

  @Test
  void everyTypeIsReadAndWritten() {
    RegistryAddress registry =
        Sessions.folder(folder.resolve("registry"), "columns", "models/columns.onnx");
    try (SparkModel model = SparkModel.load(spark, registry, "columns@champion")) {
      Row row =
          model
              .transform(
                  spark.sql(
                      "SELECT CAST(1.5 AS FLOAT) f, CAST(2.5 AS DOUBLE) d, 3 i, 4L l, true b, 'früh"
                          + " ✈' s"))
              .first();
      assertThat(row.<Float>getAs("f_out")).isEqualTo(1.5f);
      assertThat(row.<Double>getAs("d_out")).isEqualTo(2.5);
      assertThat(row.<Integer>getAs("i_out")).isEqualTo(3);
      assertThat(row.<Long>getAs("l_out")).isEqualTo(4);
      assertThat(row.<Boolean>getAs("b_out")).isTrue();
      assertThat(row.<String>getAs("s_out")).isEqualTo("früh ✈");
      assertThat(row.<Double>getAs("total")).isEqualTo(11.0);
    }
  }

  @Test
  void anOutputOfSeveralValuesIsAnArray() {
    RegistryAddress registry =
        Sessions.folder(folder.resolve("registry"), "mlp", "models/classifier.onnx");
    try (SparkModel model =
        SparkModel.builder(spark, registry, "mlp@champion").outputs("probabilities").load()) {
      List<Row> rows =
          model
              .transform(
                  spark.sql("SELECT array(CAST(id AS FLOAT), CAST(1 AS FLOAT)) x FROM range(3)"))
              .collectAsList();
      for (Row row : rows) {
        double sum = row.<Float>getList(1).stream().mapToDouble(Float::doubleValue).sum();
        assertThat(sum).isBetween(1 - 1e-6, 1 + 1e-6); // probabilities
        assertThat(row.getList(1)).hasSize(3);
      }
    }
  }

  @Test
  void sqlCallsTheFunctionOfTheModel() {
    try (SparkModel model = SparkModel.load(spark, plus(), "plus@champion")) {
      model.register("plus_one");
      numbers().createOrReplaceTempView("numbers");
      assertScored(spark.sql("SELECT id, x, plus_one(struct(x)).y FROM numbers"));
      assertThat(
              spark
                  .sql("SELECT plus_one(named_struct('x', CAST(41 AS FLOAT))).y")
                  .first()
                  .getFloat(0))
          .isEqualTo(42f);
    }
  }

  @Test
  void callsOfTheFunctionWithDifferentStructsDoNotShareColumns() {
    RegistryAddress registry =
        Sessions.folder(folder.resolve("registry"), "columns", "models/columns.onnx");
    try (SparkModel model = SparkModel.load(spark, registry, "columns@champion")) {
      model.register("echo");
      spark
          .sql(
              "SELECT CAST(id AS FLOAT) f, CAST(id AS DOUBLE) d, CAST(id AS INT) i, id l, true b,"
                  + " string(id) s FROM range(20)")
          .createOrReplaceTempView("every_type");
      List<Row> rows =
          spark
              .sql(
                  "SELECT s, echo(struct(f, d, i, l, b, s)).s_out a, echo(struct(s, b, l, i, d,"
                      + " f)).s_out z, echo(struct(s, b, l, i, d, f)).i_out n FROM every_type")
              .collectAsList();
      assertThat(rows).hasSize(20);
      for (Row row : rows) {
        assertThat(row.getString(1)).isEqualTo(row.getString(0));
        assertThat(row.getString(2)).isEqualTo(row.getString(0));
        assertThat(row.getInt(3)).isEqualTo(Integer.parseInt(row.getString(0)));
      }
    }
  }

  @Test
  void aStructThatDoesNotFitKeepsNoModel() {
    try (SparkModel model = SparkModel.load(spark, plus(), "plus@champion")) {
      model.register("plus_one");
      Dataset<Row> date =
          spark.sql(
              "SELECT plus_one(struct(date_add(current_date(), CAST(id AS INT)) AS x)).y FROM"
                  + " range(3)");
      assertThatThrownBy(date::collectAsList).hasStackTraceContaining("the type date");
      awaitNothingLent();
    }
  }

  @Test
  void anAbsentFolderIsNoRegistry() {
    Path absent = folder.resolve("absent");
    RegistryAddress registry = RegistryAddress.folder(absent.toString());
    assertThatThrownBy(() -> SparkModel.load(spark, registry, "plus@champion"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found no registry, but no folder");
    assertThat(absent).doesNotExist();
  }

  @Test
  void columnsThatDoNotFitAreRefusedBeforeAnyJob() {
    try (SparkModel model = SparkModel.load(spark, plus(), "plus@champion")) {
      assertThatThrownBy(() -> model.transform(spark.range(3).toDF()))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found no such column among [id], expected");
      assertThatThrownBy(() -> model.transform(numbers().withColumnRenamed("x", "X_")))
          .isInstanceOf(ModelInputException.class)
          .hasMessageEndingWith("; did you mean \"X_\"?");
      assertThatThrownBy(() -> model.transform(spark.sql("SELECT 1.5D x")))
          .isInstanceOf(ModelInputException.class);
      assertThatThrownBy(() -> model.transform(spark.sql("SELECT current_date() x")))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("date");
      assertThatThrownBy(() -> model.transform(numbers().withColumn("y", col("x"))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("\"y\"");
      assertThatThrownBy(() -> model.transform(numbers().withColumn("Y", col("x"))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("\"y\"");
    }
    assertThatThrownBy(() -> SparkModel.builder(spark, plus(), "plus@champion").outputs("z").load())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[y]");
  }

  @Test
  void aNullThatTheModelRejectsFailsTheJob() {
    try (SparkModel model = SparkModel.load(spark, plus(), "plus@champion")) {
      Dataset<Row> scored =
          model.transform(spark.sql("SELECT CAST(NULLIF(id, 2) AS FLOAT) x FROM range(5)"));
      assertThatThrownBy(scored::collectAsList)
          .hasStackTraceContaining(
              "plus:1 failed in partition 1 at row 0 (row 0 of its batch): x: found");
    }
  }

  @Test
  void limitReadsOnlyWhatItNeeds() {
    try (SparkModel model = SparkModel.load(spark, plus(), "plus@champion")) {
      assertThat(model.transform(numbers()).limit(5).collectAsList()).hasSize(5);
    }
  }

  @Test
  void profilesOfTasksBecomeOneReport() {
    try (SparkModel model =
        SparkModel.builder(spark, plus(), "plus@champion").comparedWith(reference()).load()) {
      model.transform(numbers()).write().format("noop").mode("overwrite").save();
      Profile same = model.profile().orElseThrow();
      assertThat(same.rows()).isEqualTo(ROWS);
      assertThat(same.columns()).containsExactly("x", "y");
      assertThat(model.drift().features())
          .allMatch(feature -> !(feature.verdict() instanceof DriftVerdict.Drifted));

      model
          .transform(numbers().withColumn("x", col("x").plus(20_000).cast("float")))
          .write()
          .format("noop")
          .mode("overwrite")
          .save();
      assertThat(model.drift().features())
          .allMatch(feature -> feature.verdict() instanceof DriftVerdict.Drifted);
    }
  }

  @Test
  void executorsReadARegistryInADatabase() {
    String address = "jdbc:h2:mem:spark;DB_CLOSE_DELAY=-1";
    try (ModelRegistry registry = JdbcModelRegistry.builder(address, new Properties()).open()) {
      Sessions.publish(registry, "plus", PLUS);
    }
    try (SparkModel model =
        SparkModel.load(spark, RegistryAddress.jdbc(address, Map.of()), "plus@champion")) {
      assertScored(model.transform(numbers()));
    }
  }

  @Test
  void aRegistryThatIsAwayFailsTheJobAndLeavesNothingOpen() throws Exception {
    RegistryAddress registry = plus();
    PinnedModel pinned;
    try (SparkModel model = SparkModel.load(spark, registry, "plus@champion")) {
      pinned = new PinnedModel(registry, "plus:1", model.digest().toString());
      Path there = folder.resolve("registry");
      Path away = folder.resolve("away");
      Files.move(there, away);
      try {
        Dataset<Row> scored = model.transform(numbers());
        assertThatThrownBy(scored::collectAsList)
            .hasStackTraceContaining("found no registry, but no folder");
        awaitNothingLent();
      } finally {
        Files.move(away, there);
      }
      assertScored(model.transform(numbers()));
      assertThat(ExecutorModels.has(pinned)).isTrue();
    }
    assertThat(ExecutorModels.has(pinned)).isFalse(); // the executor of this session is this JVM
  }

  @Test
  void aReplacedRegistryIsFoundOnTheExecutor() throws Exception {
    RegistryAddress registry = plus();
    Digest other = Digest.sha256(Files.readAllBytes(Sessions.model("models/mlp4.onnx")));
    PinnedModel wrong = new PinnedModel(registry, "plus:1", other.toString());
    assertThatThrownBy(() -> ExecutorModels.acquire(wrong))
        .hasMessageContaining("expected " + other)
        .hasMessageContaining("start the job again");
  }

  @Test
  void featuresOfTheCardAreUsed() {
    RegistryAddress registry =
        Sessions.folder(folder.resolve("registry"), "mlp", "models/mlp4.onnx", "a", "b", "c", "d");
    try (SparkModel model = SparkModel.load(spark, registry, "mlp@champion")) {
      Dataset<Row> rows =
          spark.sql(
              "SELECT CAST(4 AS FLOAT) d, CAST(3 AS FLOAT) c, CAST(2 AS FLOAT) b, CAST(1 AS FLOAT)"
                  + " a");
      assertThat(model.transform(rows).first().getList(4)).hasSize(2);
    }
  }

  @Test
  void aFeatureMayComeFromAColumnWithAnotherName() {
    RegistryAddress registry = RegistryAddress.folder(folder.resolve("registry").toString());
    try (ModelRegistry all = FileModelRegistry.open(folder.resolve("registry"))) {
      all.publish(
          ModelCard.builder("plus")
              .features(FeatureSchema.of(Feature.of("x").withColumn("distance")))
              .build(),
          Sessions.model(PLUS));
    }
    try (SparkModel model = SparkModel.load(spark, registry, "plus:1")) {
      Dataset<Row> rows = spark.sql("SELECT CAST(id AS FLOAT) distance FROM range(3)");
      assertThat(model.transform(rows).collectAsList())
          .extracting(row -> row.getFloat(1))
          .containsExactly(1f, 2f, 3f);
      model.register("plus_one");
      rows.createOrReplaceTempView("distances");
      assertThat(spark.sql("SELECT plus_one(struct(*)).y FROM distances").collectAsList())
          .extracting(row -> row.getFloat(0))
          .containsExactly(1f, 2f, 3f);
    }
  }
}
