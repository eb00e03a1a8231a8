package io.mlops4j.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings of a session that change how Spark runs the plan of a scored data set. */
class SettingsTest {
  private static final int ROWS = 20_000;
  private static final double SUM = ROWS * (ROWS + 1) / 2.0;

  private static SparkSession spark;
  @TempDir private static Path folder;
  private static SparkModel plus;

  @BeforeAll
  static void start() {
    spark =
        Sessions.builder("local[2]")
            .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
            .config("spark.speculation", "true")
            .config("spark.sql.columnVector.offheap.enabled", "true")
            .config("spark.memory.offHeap.enabled", "true")
            .config("spark.memory.offHeap.size", "64m")
            .getOrCreate();
    plus =
        SparkModel.load(
            spark,
            Sessions.folder(folder.resolve("plus"), "plus", "deployment/plus1.onnx"),
            "plus@champion");
  }

  @AfterAll
  static void stop() {
    plus.close();
    spark.stop();
  }

  /** Nine rows of ten have one key, and most partitions have no row. */
  private static Dataset<Row> skewed() {
    return spark
        .range(0, ROWS, 1, 2)
        .select(
            col("id"),
            col("id").cast("float").as("x"),
            col("id").mod(10).equalTo(0).cast("int").as("key"));
  }

  private static void assertScored(Dataset<Row> scored) {
    assertThat(scored.agg(sum("y")).first().getDouble(0)).isEqualTo(SUM);
    assertThat(plus.figures().rows()).isEqualTo(ROWS);
  }

  private static void with(String name, String value, Runnable test) {
    String before = spark.conf().get(name);
    spark.conf().set(name, value);
    try {
      test.run();
    } finally {
      spark.conf().set(name, before);
    }
  }

  @Test
  void columnsMayLieOutsideOfTheHeap() {
    String file = folder.resolve("numbers").toString();
    skewed().write().parquet(file);
    assertScored(plus.transform(spark.read().parquet(file)));
  }

  @Test
  void plansThatAdaptSplitAndMergePartitions() {
    for (String adaptive : new String[] {"true", "false"}) {
      with(
          "spark.sql.adaptive.enabled",
          adaptive,
          () -> {
            assertScored(plus.transform(skewed().repartition(50, col("key"))));
            Dataset<Row> names = spark.sql("SELECT * FROM VALUES (0, 'a'), (1, 'b') n(key, name)");
            assertScored(plus.transform(skewed().join(names.hint("merge"), "key")));
            assertScored(plus.transform(skewed()).join(names.hint("merge"), "key"));
          });
    }
  }

  @Test
  void plansAreNotCompiled() {
    with(
        "spark.sql.codegen.wholeStage",
        "false",
        () -> assertScored(plus.transform(skewed().repartition(3, col("key")))));
  }

  @Test
  void aStoredResultIsSerialisedByKryo() {
    Dataset<Row> scored = plus.transform(skewed()).persist(StorageLevel.DISK_ONLY());
    try {
      assertScored(scored);
      assertThat(scored.toJavaRDD().distinct().count()).isEqualTo(ROWS);
    } finally {
      scored.unpersist();
    }
  }
}
