package io.mlops4j.runtime.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files in processes that may end: on a full disk, and with parameters in SQL. */
class FilesChildTest {
  private static final String USE =
      "use org.duckdb:duckdb_jdbc:2.0.0.1, which mlops-data brings, and remove others";

  @TempDir private Path folder;

  /** A process that may write no file above 100 KB stands for a disk that fills up midway. */
  @Test
  void aFullDiskLeavesTheEarlierFile() throws Exception {
    ChildProcess.requirePrlimit();
    List<Path> files = List.of(folder.resolve("a.arrow"), folder.resolve("a.parquet"));
    for (Path file : files) {
      Files.writeString(file, "earlier");
    }
    List<String> said = FilesChild.run("limited", files.get(0).toString(), files.get(1).toString());
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

  @Test
  void aMissingDuckDbIsNamedAndArrowIsStillRead() throws Exception {
    Path csv = Files.writeString(folder.resolve("a.csv"), "a\n1\n");
    Path arrow = Path.of("../src/test/resources/io/mlops4j/runtime/feature/arrow/plain.arrow");
    String classPath = ChildProcess.classPathWithout("duckdb_jdbc");
    String none = "found no usable DuckDB: java.lang.NoClassDefFoundError: org/duckdb/";
    List<String> read = FilesChild.runWith(classPath, "read", csv.toString(), arrow.toString());
    assertThat(read).hasSize(3).endsWith("DONE " + arrow, "END");
    assertThat(read.get(0))
        .startsWith("DataException " + csv + ": cannot be read: " + none)
        .endsWith(" (not on the class path), expected 2.0.x; " + USE);
    Path parquet = folder.resolve("a.parquet");
    Path written = folder.resolve("b.arrow");
    List<String> wrote =
        FilesChild.runWith(classPath, "write", parquet.toString(), written.toString());
    assertThat(wrote).hasSize(3).endsWith("DONE " + written, "END");
    assertThat(wrote.get(0)).startsWith("DataException " + parquet).contains(none);
    assertThat(parquet).doesNotExist();
  }

  /** A changed class of DuckDB stands for another version: its number, or one of its parts. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "DuckDBDatabaseMetaData | PRAGMA version | SELECT 'v1.9'; | DuckDB v1.9",
        "DuckDBDatabaseMetaData | PRAGMA version | SELECT 'v2.1'; | DuckDB v2.1",
        "DuckDBBindings | duckdb_fetch_chunk | duckdb_fetch_batch | no usable DuckDB:"
            + " java.lang.LinkageError: no such method: org.duckdb.DuckDBBindings.duckdb_fetch_chunk(",
        "DuckDBBindings | ()J | ()I | no usable DuckDB:"
            + " java.lang.LinkageError: no such method: org.duckdb.DuckDBBindings.duckdb_vector_size()",
        "DuckDBChunkedResult | resultRef | resultPtr | no usable DuckDB:"
            + " java.lang.LinkageError: no such field: org.duckdb.DuckDBChunkedResult.resultRef",
        "DuckDBConnection | connRef | connPtr | no usable DuckDB: java.lang.NoSuchFieldError: connRef",
      })
  void anotherDuckDbIsNamed(String type, String part, String other, String found) throws Exception {
    Path changed = folder.resolve("classes/org/duckdb/" + type + ".class");
    Files.createDirectories(changed.getParent());
    byte[] original;
    try (InputStream file = DuckDBDriver.class.getResourceAsStream(type + ".class")) {
      original = file.readAllBytes();
    }
    String text = new String(original, StandardCharsets.ISO_8859_1);
    assertThat(text).contains(part);
    Files.writeString(changed, text.replace(part, other), StandardCharsets.ISO_8859_1);
    String classPath =
        folder.resolve("classes") + File.pathSeparator + System.getProperty("java.class.path");
    Path csv = Files.writeString(folder.resolve("a.csv"), "a\n1\n");
    List<String> said = FilesChild.runWith(classPath, "read", csv.toString(), csv.toString());
    assertThat(said).hasSize(3).last().isEqualTo("END");
    assertThat(said.get(0))
        .startsWith("DataException " + csv + ": cannot be read: found " + found)
        .contains("/duckdb_jdbc-2.0.0.1.jar!")
        .endsWith("), expected 2.0.x; " + USE);
    assertThat(said.get(1)).startsWith("DataException").endsWith(USE); // not only the first time
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
    List<String> said = FilesChild.run(queries);
    assertThat(said).hasSize(queries.length).last().isEqualTo("END");
    assertThat(said.subList(0, queries.length - 1))
        .allMatch(line -> line.startsWith("IllegalArgumentException sql: found the parameter "));
    String[] harmless = {
      "query", "SELECT '?' AS \"?\" -- ?", "SELECT $$ ? $$, $x$ $1 $x$", "SELECT E'\\'?' /* ? */"
    };
    assertThat(FilesChild.run(harmless))
        .containsExactly(
            "DONE " + harmless[1], "DONE " + harmless[2], "DONE " + harmless[3], "END");
  }
}
