package io.mlops4j.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelInputException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How Spark plans a data set that is scored, and which values cross the border. */
class ScoredPlanTest {
  private static final int ROWS = 10_000;

  private static SparkSession spark;

  @TempDir private static Path folder;

  private static SparkModel plus;
  private static SparkModel columns;

  @BeforeAll
  static void start() {
    spark = Sessions.local();
    plus =
        SparkModel.load(
            spark,
            Sessions.folder(folder.resolve("plus"), "plus", "deployment/plus1.onnx"),
            "plus@champion");
    columns =
        SparkModel.load(
            spark,
            Sessions.folder(folder.resolve("columns"), "columns", "models/columns.onnx"),
            "columns@champion");
  }

  @AfterAll
  static void stop() {
    plus.close();
    columns.close();
    spark.stop();
  }

  private static Dataset<Row> numbers() {
    return spark
        .range(0, ROWS, 1, 2)
        .select(col("id"), col("id").cast("float").as("x"), col("id").as("unused"));
  }

  private static Dataset<Row> parquet(Dataset<Row> rows, String name, boolean dictionary) {
    String file = folder.resolve(name).toString();
    rows.write().option("parquet.enable.dictionary", dictionary).mode("overwrite").parquet(file);
    return spark.read().parquet(file);
  }

  private static String plan(Dataset<Row> rows) {
    return ((org.apache.spark.sql.classic.Dataset<Row>) rows)
        .queryExecution()
        .executedPlan()
        .toString();
  }

  @Test
  void aScanHandsOverTheColumnsThatAreNeeded() {
    Dataset<Row> scored =
        plus.transform(parquet(numbers(), "numbers", true)).select("id", "y").filter("id >= 0");
    String plan = plan(scored);
    assertThat(plan).contains("ScoreByModel plus:1 [y]").doesNotContain("unused");
    assertThat(plan.indexOf("ColumnarToRow")).isLessThan(plan.indexOf("ScoreByModel"));
    assertThat(scored.agg(sum("y")).first().getDouble(0)).isEqualTo(ROWS * (ROWS + 1) / 2.0);
  }

  @Test
  void aJoinWithItselfHasTheOutputsOfBoth() {
    Dataset<Row> scored = plus.transform(numbers());
    Row joined =
        scored
            .as("a")
            .join(scored.as("b"), col("a.id").equalTo(col("b.id").plus(1)))
            .agg(sum(col("a.y").minus(col("b.y"))))
            .first();
    assertThat(joined.getDouble(0)).isEqualTo(ROWS - 1.0);
  }

  @Test
  void aCachedResultIsNotScoredAgain() {
    Dataset<Row> scored = plus.transform(numbers()).cache();
    try {
      assertThat(scored.count()).isEqualTo(ROWS);
      assertThat(plan(scored.agg(sum("y")))).contains("InMemoryTableScan");
    } finally {
      scored.unpersist();
    }
  }

  @Test
  void rowsOfAShuffleAreScored() {
    Dataset<Row> scored = plus.transform(numbers().repartition(3, col("id")));
    assertThat(scored.agg(sum("y")).first().getDouble(0)).isEqualTo(ROWS * (ROWS + 1) / 2.0);
  }

  private static Dataset<Row> everyType() {
    return spark
        .range(0, ROWS, 1, 2)
        .selectExpr(
            "id",
            "CAST(id % 7 AS FLOAT) f",
            "CAST(id AS DOUBLE) d",
            "CAST(id AS INT) i",
            "id l",
            "id % 2 = 0 b",
            "concat('früh ✈ ', id % 300) s");
  }

  private static void assertEveryType(Dataset<Row> rows) {
    List<Row> all = columns.transform(rows).orderBy("id").collectAsList();
    assertThat(all).hasSize(ROWS);
    for (Row row : all) {
      for (String name : List.of("f", "d", "i", "l", "b", "s")) {
        assertThat(row.<Object>getAs(name + "_out")).isEqualTo(row.getAs(name));
      }
    }
  }

  @Test
  void everyTypeIsReadFromPlainPagesAndFromCodes() {
    assertEveryType(parquet(everyType(), "codes", true));
    assertEveryType(parquet(everyType(), "plain", false));
    assertEveryType(everyType());
  }

  @Test
  void theBatchesOfAStreamAreScored() throws Exception {
    numbers().write().mode("overwrite").parquet(folder.resolve("stream").toString());
    Dataset<Row> stream =
        spark.readStream().schema(numbers().schema()).parquet(folder.resolve("stream").toString());
    assertThatThrownBy(() -> plus.transform(stream)).hasMessageContaining("a stream");
    List<Double> sums = new CopyOnWriteArrayList<>();
    VoidFunction2<Dataset<Row>, Long> each =
        (batch, id) -> sums.add(plus.transform(batch).agg(sum("y")).first().getDouble(0));
    stream
        .writeStream()
        .foreachBatch(each)
        .option("checkpointLocation", folder.resolve("checkpoint").toString())
        .trigger(Trigger.AvailableNow())
        .start()
        .awaitTermination();
    assertThat(sums).containsExactly(ROWS * (ROWS + 1) / 2.0);
  }

  @Test
  void theRowThatFailsIsNamed() {
    for (boolean dictionary : new boolean[] {true, false}) {
      Dataset<Row> rows =
          parquet(
              numbers().selectExpr("NULLIF(x, CAST(7000 AS FLOAT)) x", "id").repartition(1),
              "null" + dictionary,
              dictionary);
      int at = rows.select("x").collectAsList().indexOf(RowFactory.create((Object) null));
      assertThatThrownBy(() -> plus.transform(rows).collectAsList())
          .hasStackTraceContaining(
              "plus:1 failed in partition 0 at row " + at + " (row " + at % 4096);
    }
  }

  @Test
  void aFeatureThatTwoColumnsHaveIsRefused() {
    assertThatThrownBy(() -> plus.transform(numbers().withColumnRenamed("unused", "x")))
        .isInstanceOf(ModelInputException.class)
        .hasMessageContaining("two such columns");
  }
}
