package io.mlops4j.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Thorough;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of two processes, one of which dies in the middle of a job. */
@Thorough("kills")
class LostExecutorTest {
  private static final int ROWS = 40_000;
  private static final int PARTITIONS = 8;

  @TempDir private Path folder;

  /** Ends the process of its executor once, in the middle of a partition. */
  private record Death(String mark) implements FilterFunction<Row> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean call(Row row) throws IOException {
      if (TaskContext.getPartitionId() == PARTITIONS - 1 && row.getLong(0) == ROWS - 1) {
        try {
          Files.createFile(Path.of(mark));
          Runtime.getRuntime().halt(137);
        } catch (FileAlreadyExistsException e) {
          return true; // the second attempt
        }
      }
      return true;
    }
  }

  @Test
  void aLostExecutorChangesNothingInTheResult() throws IOException {
    SparkSession spark = Sessions.cluster(1);
    try {
      RegistryAddress registry =
          Sessions.folder(folder.resolve("registry"), "plus", "deployment/plus1.onnx");
      Path mark = folder.resolve("died");
      try (SparkModel model = SparkModel.load(spark, registry, "plus@champion")) {
        Dataset<Row> numbers =
            spark
                .range(0, ROWS, 1, PARTITIONS)
                .select(col("id"), col("id").cast("float").as("x"))
                .filter(new Death(mark.toString()));
        List<Row> rows = model.transform(numbers).collectAsList();
        assertThat(mark).exists();
        assertThat(rows).hasSize(ROWS);
        for (int r = 0; r < ROWS; r++) { // in the order of the input
          Row row = rows.get(r);
          if (row.getLong(0) != r || row.getFloat(2) != r + 1f) {
            throw new AssertionError("row " + r + ": found " + row);
          }
        }
        assertThat(model.figures().rows()).isEqualTo(ROWS);
        assertThat(model.figures().tasks()).isEqualTo(PARTITIONS);
      }
    } finally {
      spark.stop();
    }
  }
}
