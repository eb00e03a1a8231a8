package io.mlops4j.runtime.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in processes that may end: on a full disk, and with parameters in SQL. */
class FilesChildTest {
  @TempDir private Path folder;

  /** A process that may write no file above 100 KB stands for a disk that fills up midway. */
  @Test
  void aFullDiskLeavesTheEarlierFile() throws Exception {
    ChildProcess.requirePrlimit();
    List<Path> files = List.of(folder.resolve("a.arrow"), folder.resolve("a.parquet"));
    for (Path file : files) {
      Files.writeString(file, "earlier");
    }
    List<String> said =
        FilesChild.run("", "limited", files.get(0).toString(), files.get(1).toString());
    assertThat(said).hasSize(3).last().isEqualTo("END");
    for (int i = 0; i < 2; i++) {
      assertThat(said.get(i))
          .startsWith("DataException " + files.get(i) + ": cannot be written, an earlier file")
          .containsIgnoringCase("file too large");
      assertThat(files.get(i)).hasContent("earlier");
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactlyInAnyOrderElementsOf(files);
    }
  }

  /** Another version of DuckDB lacks parts that this one has, as does none. */
  @Test
  void anotherDuckDbIsNamedAndArrowIsStillRead() throws Exception {
    Path csv = Files.writeString(folder.resolve("a.csv"), "a\n1\n");
    Path arrow = Path.of("../src/test/resources/io/mlops4j/runtime/feature/arrow/plain.arrow");
    String other = "found another version of DuckDB than org.duckdb:duckdb_jdbc:2.0.0.1";
    List<String> read = FilesChild.run("duckdb_jdbc", "read", csv.toString(), arrow.toString());
    assertThat(read).hasSize(3).endsWith("DONE " + arrow, "END");
    assertThat(read.get(0)).startsWith("DataException " + csv + ": cannot be read: " + other);
    Path parquet = folder.resolve("a.parquet");
    Path written = folder.resolve("b.arrow");
    List<String> wrote =
        FilesChild.run("duckdb_jdbc", "write", parquet.toString(), written.toString());
    assertThat(wrote).hasSize(3).endsWith("DONE " + written, "END");
    assertThat(wrote.get(0)).startsWith("DataException " + parquet).contains(other);
    assertThat(parquet).doesNotExist();
  }

  /** DuckDB ends the process for some of these if they reach it. */
  @Test
  void parametersDoNotEndTheProcess() throws Exception {
    String[] queries = {
      "query",
      "SELECT ?",
      "SELECT $1 AS a",
      "SELECT $name",
      "SELECT 1 WHERE ? = 3",
      "SELECT min_by(?, 1), ? + ?, [?], {'a': ?}",
      "SELECT E'\\'?' || ?",
      "/* ? /* ' */ */ SELECT ?",
      "SELECT $a$ ' $a$ || ?"
    };
    List<String> said = FilesChild.run("", queries);
    assertThat(said).hasSize(queries.length).last().isEqualTo("END");
    assertThat(said.subList(0, queries.length - 1))
        .allMatch(line -> line.startsWith("IllegalArgumentException sql: found the parameter "));
    String[] harmless = {
      "query", "SELECT '?' AS \"?\" -- ?", "SELECT $$ ? $$, $x$ $1 $x$", "SELECT E'\\'?' /* ? */"
    };
    assertThat(FilesChild.run("", harmless))
        .containsExactly(
            "DONE " + harmless[1], "DONE " + harmless[2], "DONE " + harmless[3], "END");
  }
}
