package io.mlops4j.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs on two executors with two cores each, and a registry in a database: the driver, both
 * executors and the database are four processes.
 */
@Thorough("cluster")
class ClusterTest {
  private static final int ROWS = 40_000;
  private static final int PARTITIONS = 8;

  @TempDir private static Path shared;

  private static DatabaseServer database;
  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    database = new DatabaseServer(shared);
    spark = Sessions.cluster(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
    database.close();
  }

  /** Version 2 answers x + 2, and the alias is at version 1, which answers x + 1. */
  private static RegistryAddress registry(String name) throws SQLException {
    try (ModelRegistry registry = database.open()) {
      Sessions.publish(registry, name, "deployment/plus1.onnx");
      Sessions.publish(registry, name, "deployment/plus2.onnx");
      assign(registry, name, 1);
    }
    return database.registry();
  }

  private static void assign(ModelRegistry registry, String name, int version) {
    registry.assign(name + "@champion", registry.resolve(name + ":" + version), Change.by("test"));
  }

  /** Row r has the id r and x = r. */
  private static Dataset<Row> numbers() {
    return spark.range(0, ROWS, 1, PARTITIONS).select(col("id"), col("id").cast("float").as("x"));
  }

  private static void assertScored(List<Row> rows) {
    assertThat(rows).hasSize(ROWS);
    for (int r = 0; r < ROWS; r++) { // in the order of the input
      Row row = rows.get(r);
      if (row.getLong(0) != r || row.getFloat(2) != r + 1f) {
        throw new AssertionError("row " + r + ": found " + row);
      }
    }
  }

  /** Says for each partition which process scored it, and how many models that process loaded. */
  private record WhoScored() implements MapPartitionsFunction<Row, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Long> call(Iterator<Row> rows) {
      rows.forEachRemaining(row -> {});
      return List.of(ProcessHandle.current().pid(), (long) ExecutorModels.loads()).iterator();
    }
  }

  /** Returns how many models the processes had loaded when the last partition was scored. */
  private static Map<Long, Long> loads(SparkModel model) {
    List<Long> said =
        model.transform(numbers()).mapPartitions(new WhoScored(), Encoders.LONG()).collectAsList();
    assertThat(said).hasSize(2 * PARTITIONS);
    Map<Long, Long> loads = new HashMap<>();
    for (int i = 0; i < said.size(); i += 2) {
      loads.merge(said.get(i), said.get(i + 1), Math::max);
    }
    return loads;
  }

  @Test
  void theTasksOfAnExecutorShareOneModel() throws SQLException {
    RegistryAddress registry = registry("first");
    registry("second");
    try (SparkModel first = SparkModel.load(spark, registry, "first@champion");
        SparkModel second = SparkModel.load(spark, registry, "second@champion")) {
      Map<Long, Long> before = loads(first);
      assertThat(before).hasSize(2).doesNotContainKey(ProcessHandle.current().pid());
      before.replaceAll((process, loads) -> loads + 1);
      assertThat(loads(second)).isEqualTo(before); // one more in each, of four tasks
      assertThat(loads(second)).isEqualTo(before); // the next job loads nothing
      assertScored(second.transform(numbers()).collectAsList());
    }
  }

  @Test
  void bytesThatWereReplacedAreRefusedByTheExecutor() throws SQLException {
    RegistryAddress registry = registry("other");
    try (ModelRegistry all = database.open()) {
      Sessions.publish(all, "replaced", "deployment/plus3.onnx"); // as long as the others
    }
    try (SparkModel model = SparkModel.load(spark, registry, "replaced@champion")) {
      database.replaceTheBytes("replaced", "other");
      Dataset<Row> scored = model.transform(numbers());
      assertThatThrownBy(scored::collectAsList)
          .isInstanceOf(SparkException.class)
          .hasMessageFindingMatch("\\(\\S+ executor \\d+\\)") // and not "executor driver"
          .hasStackTraceContaining("IntegrityException: ")
          .hasStackTraceContaining("as published; it was edited or damaged and is not used");
    }
  }

  /** Moves the alias to version 2 before the first row of any partition is scored. */
  private record AliasMoves(RegistryAddress address, String name) implements FilterFunction<Row> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean call(Row row) {
      if (row.getLong(0) == 0) {
        try (ModelRegistry registry = address.open()) {
          assign(registry, name, 2);
        }
      }
      return true;
    }
  }

  @Test
  void anAliasThatMovesWhileAJobRunsChangesNoRow() throws SQLException {
    RegistryAddress registry = registry("moved");
    try (SparkModel model = SparkModel.load(spark, registry, "moved@champion")) {
      Dataset<Row> rows = numbers().filter(new AliasMoves(registry, "moved"));
      assertScored(model.transform(rows).collectAsList());
      assertScored(model.transform(numbers()).collectAsList()); // a later job of the same object
    }
    try (SparkModel next = SparkModel.load(spark, registry, "moved@champion")) {
      assertThat(next.version()).hasToString("moved:2"); // the alias has moved
    }
  }

  /** Fails the last partition once, when its last row was scored. */
  private record Failure(String mark) implements FilterFunction<Row> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean call(Row row) throws IOException {
      if (row.getLong(0) == ROWS - 1) {
        try {
          Files.createFile(Path.of(mark));
        } catch (FileAlreadyExistsException e) {
          return true; // the second attempt
        }
        throw new IllegalStateException("planted");
      }
      return true;
    }
  }

  @Test
  void aTaskThatIsTriedAgainIsCountedAndProfiledOnce() throws SQLException {
    float[] x = new float[ROWS];
    float[] y = new float[ROWS];
    for (int r = 0; r < ROWS; r++) {
      x[r] = r;
      y[r] = r + 1;
    }
    Path mark = folder.resolve("failed");
    try (RootAllocator memory = new RootAllocator();
        FeatureBatch rows = FeatureBatch.builder(memory).floats("x", x).build();
        FeatureBatch answers = FeatureBatch.builder(memory).floats("y", y).build()) {
      Profile reference = Profile.builder().add(rows, answers).build();
      try (SparkModel model =
          SparkModel.builder(spark, registry("retried"), "retried@champion")
              .comparedWith(reference)
              .load()) {
        Dataset<Row> scored = model.transform(numbers()).filter(new Failure(mark.toString()));
        assertScored(scored.collectAsList());
        assertThat(mark).exists();
        assertThat(model.figures().rows()).isEqualTo(ROWS);
        assertThat(model.figures().tasks()).isEqualTo(PARTITIONS);
        assertThat(model.figures().calls()).isEqualTo(2 * PARTITIONS); // 5000 rows are two batches
        Profile merged = model.profile().orElseThrow();
        assertThat(merged.rows()).isEqualTo(ROWS);
        Profile whole = reference.counting().add(rows, answers).build(); // by one thread
        for (String column : List.of("x", "y")) {
          assertThat(merged.column(column)).isEqualTo(whole.column(column));
        }
        assertThat(model.drift().features())
            .hasSize(2)
            .noneMatch(feature -> feature.verdict() instanceof DriftVerdict.Drifted);
      }
    }
  }
}
