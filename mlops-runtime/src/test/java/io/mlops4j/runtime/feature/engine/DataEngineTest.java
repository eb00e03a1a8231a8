package io.mlops4j.runtime.feature.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The runtime alone: what {@code mlops-data} adds is missing, and its errors name that artifact.
 */
class DataEngineTest {
  private static final String ADD =
      "need io.mlops4j:mlops-data, which is missing; add that dependency";
  private static final Path ARROW =
      Path.of("src/test/resources/io/mlops4j/runtime/feature/arrow/plain.arrow");

  private final ModelRuntime runtime = ModelRuntime.open();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    assertThat(runtime.allocator().getAllocatedMemory()).isZero();
    runtime.close();
  }

  @Test
  void readingTextNamesTheFileAndTheArtifact() throws Exception {
    Path csv = Files.writeString(folder.resolve("a.csv"), "a\n1\n");
    refuses(() -> runtime.read(csv), csv + ": CSV, Parquet and JSON files and SQL " + ADD);
    refuses(() -> runtime.query("SELECT 1"), "CSV, Parquet and JSON files and SQL " + ADD);
  }

  @Test
  void aFilterNamesTheArtifactAndArrowIsRead() {
    ReadOptions filter = ReadOptions.builder().filter("hour > 1").build();
    refuses(() -> runtime.read(ARROW, filter), ARROW + ": filters " + ADD);
    long rows = 0;
    try (FeatureReader reader = runtime.read(ARROW)) {
      for (FeatureBatch batch : reader) {
        rows += batch.rows();
      }
    }
    assertThat(rows).isEqualTo(5); // of the script beside the file
  }

  @Test
  void parquetNamesTheArtifactAndLeavesNoFile() {
    try (FeatureWriter writer = runtime.write(folder.resolve("a.parquet"));
        FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).longs("n", 1).build()) {
      refuses(
          () -> writer.write(batch),
          folder.resolve("a.parquet")
              + ": cannot be written, an earlier file of that name is unchanged: Parquet files "
              + ADD);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void scoringNamesTheArtifact() {
    try (Model model =
        runtime.load(Path.of("src/test/resources/io/mlops4j/runtime/deployment/plus1.onnx"))) {
      refuses(() -> runtime.scoring(model), "scored files " + ADD);
    }
  }

  private static void refuses(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(DataException.class).hasMessage(message);
  }
}
