package io.mlops4j.runtime.scoring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.inference.Model;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.scoring.ScoringResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists, maps and structs that batch scoring keeps. DuckDB makes the expected rows. */
class NestedScoringTest {
  /** y = x + 1. */
  private static final Path PLUS =
      Path.of("../src/test/resources/io/mlops4j/runtime/deployment/plus1.onnx");

  private static final int ROWS = 30_000;

  private static final String[] KEPT = {"list", "texts", "map", "place", "trips", "vector"};

  /** Row i has x = i and values of each nested type, with nulls at each level. */
  private static final String NESTED =
      """
      SELECT %s AS x,
        CASE i %% 3 WHEN 0 THEN NULL WHEN 1 THEN [] ELSE [i, NULL, -i] END AS list,
        ['longer than twelve bytes ' || i, NULL, 'früh ✈', ''] AS texts,
        CASE WHEN i %% 5 > 0 THEN MAP {'one': i, 'two': NULL} END AS map,
        CASE WHEN i %% 7 > 0 THEN {'city': 'c' || i, 'at': [i * 0.5::DOUBLE, NULL]} END AS place,
        CASE WHEN i %% 11 > 0 THEN [{'tags': ['a' || i, NULL]}, {'tags': []}, NULL] END AS trips,
        CASE WHEN i %% 13 > 0 THEN [i, NULL]::FLOAT[2] END AS vector%s
      FROM range(%d) t(i)\
      """;

  @TempDir private Path folder;
  private ModelRuntime runtime;
  private Model model;

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
    return ((FileScoring) runtime.scoring(model)).keep(KEPT).recordedEvery(0);
  }

  /** Batches of one and a half chunks, so that chunks begin inside of buffers. */
  private FeatureReader query(String sql) {
    return runtime.query(sql, ReadOptions.builder().batchRows(12_192).build());
  }

  private Path input(String name, String x, int rows) {
    Path file = folder.resolve(name);
    try (FeatureReader values = query(NESTED.formatted(x, "", rows));
        FeatureWriter writer = runtime.write(file)) {
      values.forEach(writer::write);
      writer.commit();
    }
    return file;
  }

  private List<String> rows(FeatureReader opened) {
    List<String> rows = new ArrayList<>();
    try (FeatureReader reader = opened) {
      for (FeatureBatch batch : reader) {
        batch.root().contentToTSVString().lines().forEach(rows::add);
        if (rows.size() > batch.rows() + 1) {
          rows.remove(rows.size() - batch.rows() - 1); // the names again
        }
      }
    }
    return rows;
  }

  /** The names, then the rows: what was kept, then y. */
  private List<String> expected(String y, int rows) {
    String columns = String.join(", ", KEPT) + ", y";
    String all = NESTED.formatted("NULL", ", " + y + " AS y", rows);
    return rows(query("SELECT " + columns + " FROM (" + all + ")"));
  }

  @ParameterizedTest
  @CsvSource({
    "in.arrow, out.arrow",
    "in.parquet, out.arrow",
    "in.arrow, out.parquet",
    "in.parquet, out.parquet"
  })
  void keepsNestedColumns(String from, String to) {
    Path out = folder.resolve(to);
    ScoringResult result = scoring().score(input(from, "i::FLOAT", ROWS), out);
    assertThat(result.rows()).isEqualTo(ROWS);
    List<String> expected = expected("(i + 1)::FLOAT", ROWS);
    if (to.endsWith(".arrow")) {
      assertThat(rows(runtime.read(out))).isEqualTo(expected);
    } else { // which has no lists of a fixed size
      assertThat(rows(query("SELECT * REPLACE (vector::FLOAT[2] AS vector) FROM '" + out + "'")))
          .isEqualTo(expected);
    }
  }

  @Test
  void columnsThatParquetCannotHoldAreRefusedBeforeARowIsScored() {
    Path in = folder.resolve("in.arrow");
    try (FeatureReader values = query("SELECT i::FLOAT AS x, i AS Y FROM range(30000) t(i)");
        FeatureWriter writer = runtime.write(in)) {
      values.forEach(writer::write);
      writer.commit();
    }
    List<Long> progress = new ArrayList<>();
    FileScoring scoring = scoring().keep("Y").onProgress(now -> progress.add(now.rows()));
    assertThatThrownBy(() -> scoring.score(in, folder.resolve("out.parquet")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("out.parquet: found the name \"y\" twice")
        .hasMessageContaining("differ not only in case");
    assertThat(progress).allMatch(rows -> rows == 0);
    assertThat(folder).isDirectoryNotContaining("glob:**out.parquet*");
    assertThat(scoring.score(in, folder.resolve("out.arrow")).rows()).isEqualTo(30_000);
  }

  @Test
  void badRowsKeepTheirNestedValues() {
    Path out = folder.resolve("out.arrow");
    String bad = "CASE WHEN i % 9999 > 0 THEN ";
    ScoringResult result =
        scoring().badRows(4).score(input("in.arrow", bad + "i::FLOAT END", ROWS), out);
    assertThat(result.badRows()).isEqualTo(4);
    assertThat(rows(runtime.read(out))).isEqualTo(expected(bad + "(i + 1)::FLOAT END", ROWS));
  }

  @Test
  void inputWithoutRowsKeepsTheColumns() {
    for (String name : List.of("out.arrow", "out.parquet")) {
      Path out = folder.resolve(name);
      assertThat(scoring().score(input("in.arrow", "i::FLOAT", 0), out).rows()).isZero();
      assertThat(rows(runtime.read(out))).isEqualTo(expected("NULL::FLOAT", 0));
    }
  }

  @ParameterizedTest
  @CsvSource({"in.arrow", "in.parquet"})
  void resumesNestedColumns(String name) throws IOException {
    Path in = input(name, "i::FLOAT", ROWS);
    Path out = folder.resolve("out.arrow");
    Digest whole = scoring().score(in, out).digest();
    Files.delete(out);
    stopHalfWay(in, out);
    ScoringResult resumed = scoring().score(in, out);
    assertThat(resumed.resumedRows()).isBetween(1L, ROWS - 1L);
    assertThat(resumed.digest()).isEqualTo(whole);
    assertThat(rows(runtime.read(out))).isEqualTo(expected("(i + 1)::FLOAT", ROWS));
  }

  /** As a process that was killed. */
  private void stopHalfWay(Path in, Path out) throws IOException {
    Path file = out.resolve("file");
    Runnable block = // when it is known to be no folder
        () -> {
          try {
            Files.createDirectory(out);
            Files.createFile(file);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    FileScoring blocked = FileScoring.of(new HookedFiles(runtime, block, () -> {}), model, 2);
    assertThatThrownBy(() -> blocked.keep(KEPT).recordedEvery(0).score(in, out))
        .isInstanceOf(DataException.class);
    Files.delete(file);
    Files.delete(out);
    Path journal = folder.resolve(out.getFileName() + ".journal");
    List<String> lines = Files.readAllLines(journal);
    Files.writeString(journal, String.join("\n", lines.subList(0, 3)) + "\n");
  }

  /** When the input was opened, and when the output is converted. */
  @ParameterizedTest
  @CsvSource({"out.arrow, true", "out.parquet, true", "out.parquet, false"})
  void interruptLeavesNestedColumnsToBeResumed(String name, boolean early) throws IOException {
    Path in = input("in.arrow", "i::FLOAT", ROWS);
    Path out = folder.resolve(name);
    stopHalfWay(in, out);
    Runnable interrupt = Thread.currentThread()::interrupt;
    Runnable none = () -> {};
    HookedFiles files =
        new HookedFiles(runtime, early ? interrupt : none, early ? none : interrupt);
    FileScoring interrupted = FileScoring.of(files, model, 2).keep(KEPT);
    try {
      assertThatThrownBy(() -> interrupted.score(in, out))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(out).doesNotExist();
    ScoringResult resumed = scoring().score(in, out);
    assertThat(resumed.rows()).isEqualTo(ROWS);
    assertThat(resumed.resumedRows()).isEqualTo(early ? 12_192 : ROWS);
    assertThat(folder)
        .isDirectoryContaining("glob:**/" + name)
        .isDirectoryNotContaining("glob:**/*.{partial,journal,part}");
  }

  /** A process whose files have a limit stands for a disk that fills up. */
  @Thorough("full disk")
  @ParameterizedTest
  @CsvSource({"out.arrow, false", "out.parquet, false", "out.parquet, true"})
  void aFullDiskLeavesNestedColumnsToBeResumed(String name, boolean converting) throws Exception {
    ChildProcess.requirePrlimit();
    Path in = input("in.arrow", "i::FLOAT", ROWS);
    Path out = Files.writeString(folder.resolve(name), "earlier");
    long bytes = converting ? 10_000 : Files.size(in) / 2;
    assertThat(ScoringChild.run(PLUS, in, out, bytes, converting, KEPT))
        .startsWith(out + ": cannot be written")
        .containsIgnoringCase("file too large");
    assertThat(out).hasContent("earlier");
    assertThat(folder).isDirectoryNotContaining("glob:**/*.part");
    ScoringResult resumed = scoring().score(in, out);
    assertThat(resumed.resumedRows()).isBetween(1L, converting ? ROWS : ROWS - 1L);
    assertThat(resumed.digest())
        .isEqualTo(scoring().score(in, folder.resolve("whole.arrow")).digest());
    assertThat(rows(runtime.read(folder.resolve("whole.arrow"))))
        .isEqualTo(expected("(i + 1)::FLOAT", ROWS));
  }
}
