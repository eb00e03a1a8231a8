package io.mlops4j.runtime.scoring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.scoring.ScoringResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that can be read only once. */
class ReaderScoringTest {
  /** y = x + 1. */
  private static final Path PLUS =
      Path.of("../src/test/resources/io/mlops4j/runtime/deployment/plus1.onnx");

  private static final int BATCH = 9_000;
  private static final int ROWS = 5 * BATCH;

  @TempDir private Path folder;
  private ModelRuntime runtime;
  private Model model;
  private Runnable reading = () -> {};

  @BeforeEach
  void open() {
    runtime = ModelRuntime.builder().strict().threads(2).open();
    model = runtime.load(PLUS);
  }

  /** Strict: fails if memory is left allocated. */
  @AfterEach
  void close() {
    model.close();
    runtime.close();
  }

  private FileScoring scoring() {
    return ((FileScoring) runtime.scoring(model)).keep("id").recordedEvery(0);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** Row r has the id r and x = r; every batch has the same memory, which is filled again. */
  private final class Rows implements FeatureReader {
    private final VectorSchemaRoot root;
    private final int fails;
    private final int bad;
    private int next;
    private boolean closed;

    /**
     * @param fails the row at which reading fails
     * @param bad a row with a null that the model rejects
     */
    Rows(int fails, int bad) {
      this.fails = fails;
      this.bad = bad;
      root =
          VectorSchemaRoot.of(
              new IntVector("id", runtime.allocator()), new Float4Vector("x", runtime.allocator()));
    }

    @Override
    public Iterator<FeatureBatch> iterator() {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return next < ROWS;
        }

        @Override
        public FeatureBatch next() {
          if (next >= fails) {
            throw new DataException("the query: failed after " + next + " rows", null);
          }
          reading.run();
          for (int i = 0; i < BATCH; i++, next++) {
            ((IntVector) root.getVector(0)).setSafe(i, next);
            ((Float4Vector) root.getVector(1)).setSafe(i, next);
            if (next == bad) {
              root.getVector(1).setNull(i);
            }
          }
          root.setRowCount(BATCH);
          return FeatureBatch.of(root);
        }
      };
    }

    @Override
    public void close() {
      closed = true;
      root.close();
    }
  }

  private ScoringResult score(Path out, int fails, int bad) {
    try (Rows rows = new Rows(fails, bad)) {
      ScoringResult result = scoring().score(rows, out);
      assertThat(rows.closed).as("lent").isFalse();
      return result;
    }
  }

  private void assertScored(Path out) {
    int row = 0;
    try (FeatureReader reader = runtime.read(out)) {
      for (FeatureBatch batch : reader) {
        for (int i = 0; i < batch.rows(); i++, row++) {
          Object id = batch.column("id").getObject(i);
          Object y = batch.column("y").getObject(i);
          if (!id.equals(row) || !y.equals(row + 1f)) {
            throw new AssertionError("row " + row + ": found " + id + ", " + y);
          }
        }
      }
    }
    assertThat(row).isEqualTo(ROWS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.arrow", "out.parquet"})
  void everyRowIsWrittenOnceInOrder(String name) throws IOException {
    Path out = folder.resolve(name);
    ScoringResult result = score(out, ROWS, -1);
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.resumedRows()).isZero();
    assertScored(out);
    assertThat(files()).containsExactly(name);
  }

  @Test
  void aReaderThatFailsLeavesNothingBehind() throws IOException {
    Path out = Files.writeString(folder.resolve("out.arrow"), "earlier");
    assertThatThrownBy(() -> score(out, 4 * BATCH, -1))
        .isInstanceOf(DataException.class)
        .hasMessage("the query: failed after " + 4 * BATCH + " rows");
    assertThat(files()).containsExactly("out.arrow");
    assertThat(out).hasContent("earlier");
  }

  @Test
  void aBadRowIsNamedOrCounted() throws IOException {
    Path out = folder.resolve("out.arrow");
    assertThatThrownBy(() -> score(out, ROWS, 20_001))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rows: found a row that the model rejects, row 20001");
    assertThat(files()).isEmpty();
    try (Rows rows = new Rows(ROWS, 20_001)) {
      assertThat(scoring().badRows(1).score(rows, out).badRows()).isEqualTo(1);
    }
  }

  /** A folder that is not empty cannot be replaced. */
  private static void block(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a killed process left, of a file or of another reader. */
  @Test
  void whatAnEarlierRunLeftIsReplaced() throws IOException {
    Path out = folder.resolve("out.arrow");
    Path in = folder.resolve("in.arrow");
    try (Rows rows = new Rows(ROWS, -1);
        var writer = runtime.write(in)) {
      rows.forEach(writer::write);
      writer.commit();
    }
    Path blocks = out.resolve("file");
    FileScoring stopped =
        FileScoring.of(new HookedFiles(runtime, () -> block(blocks), () -> {}), model, 2);
    assertThatThrownBy(() -> stopped.recordedEvery(0).score(in, out))
        .isInstanceOf(DataException.class);
    Files.delete(blocks);
    Files.delete(out);
    assertThat(files()).contains("out.arrow.partial", "out.arrow.journal");
    reading = () -> block(blocks);
    assertThatThrownBy(() -> score(out, ROWS, -1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("call score with a new reader");
    Files.delete(blocks);
    Files.delete(out);
    reading = () -> {};
    assertThat(files()).as("a reader is not resumed").containsExactly("in.arrow");
    Files.writeString(folder.resolve("out.arrow.partial"), "ARROW1 and some rows");
    Files.writeString(folder.resolve("out.arrow.journal"), "mlops4j-scoring-1 never resumed\n");
    assertThat(score(out, ROWS, -1).resumedRows()).isZero();
    assertScored(out);
    assertThat(files()).containsExactly("in.arrow", "out.arrow");
  }

  @Test
  void withoutRowsTheColumnsAreWritten() {
    Path out = folder.resolve("out.arrow");
    Path none = folder.resolve("none.csv");
    try (FeatureReader rows = runtime.query("SELECT 1 AS id, 2::FLOAT AS x LIMIT 0")) {
      assertThat(scoring().score(rows, out).rows()).isZero();
    }
    try (FeatureReader reader = runtime.read(out)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat(batch.rows()).isZero();
      assertThat(batch.root().getSchema().getFields())
          .extracting(field -> field.getName())
          .containsExactly("id", "y");
    }
    FeatureReader nothing =
        new FeatureReader() {
          @Override
          public Iterator<FeatureBatch> iterator() {
            return List.<FeatureBatch>of().iterator();
          }

          @Override
          public void close() {}
        };
    assertThatThrownBy(() -> scoring().score(nothing, none))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(".parquet");
    assertThatThrownBy(() -> scoring().score(nothing, folder.resolve("none.arrow")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no batch");
  }
}
