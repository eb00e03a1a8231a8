package io.mlops4j.runtime.feature.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.fixture.RowLines;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quotes around values are no part of them, whatever one line or the last lines look like. */
class CsvQuotesTest {
  /** More characters than those by which quotes are recognised. */
  private static final int MANY = 150_000;

  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("quotes.csv"), content);
  }

  private List<String> lines(Path file, ReadOptions options) {
    return RowLines.of(List.of(file), options, memory);
  }

  private List<String> lines(String content) throws IOException {
    return lines(file(content), ReadOptions.defaults());
  }

  private void assertRefused(String content, int line) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> lines(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("quotes.csv: cannot be read")
        .hasMessageContaining("Line: " + line);
  }

  @Test
  void aHeaderAndAllRows() throws IOException {
    assertThat(lines("\"origin\",\"to\"\n\"JFK\",\"LAX\"\n\"SFO\",\"\"\n"))
        .containsExactly("origin\tto", "JFK\tLAX", "SFO\tnull");
  }

  @Test
  void aHeaderOnly() throws IOException {
    assertThat(lines("\"origin\",\"n\"\nJFK,1\nS\"O,2\n"))
        .containsExactly("origin\tn", "JFK\t1", "S\"O\t2");
  }

  @Test
  void oneColumn() throws IOException {
    assertThat(lines("origin,n\n\"JFK\",1\nS\"O,2\n"))
        .containsExactly("origin\tn", "JFK\t1", "S\"O\t2");
    assertThat(lines("\"origin\"\n\"JFK\"\n\"S, O\"\n")).containsExactly("origin", "JFK", "S, O");
  }

  @Test
  void doubledQuotes() throws IOException {
    assertThat(lines("origin,n\n\"J\"\"F\"\"K\",1\n\"\"\"\",2\n\"\"\"a\"\"\",3\n"))
        .containsExactly("origin\tn", "J\"F\"K\t1", "\"\t2", "\"a\"\t3");
  }

  @Test
  void aBackslashBeforeAQuote() throws IOException {
    assertThat(lines("origin,n\n\"J\\\"FK\",1\n\"SFO\",2\n"))
        .containsExactly("origin\tn", "J\"FK\t1", "SFO\t2");
  }

  @Test
  void singleQuotesAndApostrophes() throws IOException {
    assertThat(lines("'origin','n'\n'J,FK','1'\n")).containsExactly("origin\tn", "J,FK\t1");
    assertThat(lines("origin,to\n'tis,O'Hare\n\"JFK\",'\n"))
        .containsExactly("origin\tto", "'tis\tO'Hare", "JFK\t'");
  }

  @Test
  void otherSeparatorsAndEncodings() throws IOException {
    assertThat(lines("origin;n\n\"J;\"\"K\";1\n")).containsExactly("origin\tn", "J;\"K\t1");
    Path file = folder.resolve("quotes.tsv");
    Files.writeString(file, "\ufeff\"origin\"\tn\r\nJFK\t1\r\n\"\u00d6\"\t2\r\n");
    assertThat(lines(file, ReadOptions.defaults()))
        .containsExactly("origin\tn", "JFK\t1", "\u00d6\t2");
    Files.writeString(file, "origin::n\n\"J:FK\"::1\n");
    assertThat(lines(file, ReadOptions.builder().delimiter("::").build()))
        .containsExactly("origin\tn", "J:FK\t1");
    for (Charset charset : List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16LE)) {
      Files.write(file, "origin\tn\n\"\u00d6\"\t1\n".getBytes(charset));
      assertThat(lines(file, ReadOptions.builder().encoding(charset).build()))
          .containsExactly("origin\tn", "\u00d6\t1");
    }
  }

  /** No quote is among the lines by which DuckDB recognises quotes, as in files of pandas. */
  @Test
  void quotesThatBeginLate() throws IOException {
    for (int before : new int[] {30_000, MANY}) {
      String rows = "JFK,1\n".repeat(before) + "\"JFK\",2\n\"J\"\"K\",3\n\"S,O\",4\nS\"O,5\n";
      assertThat(lines("origin,n\n" + rows))
          .hasSize(before + 5)
          .endsWith("JFK\t1", "JFK\t2", "J\"K\t3", "S,O\t4", "S\"O\t5");
    }
  }

  @Test
  void doubledQuotesThatBeginLate() throws IOException {
    String rows = "\"JFK\",1\n".repeat(30_000) + "\"J\"\"K\",3\n";
    assertThat(lines("origin,n\n" + rows)).hasSize(30_002).endsWith("JFK\t1", "J\"K\t3");
  }

  @Test
  void filesOfWhichOneHasQuotes() throws IOException {
    Path plain = folder.resolve("plain.csv");
    Files.writeString(plain, "origin,n\nJFK,1\n");
    byte[] quoted = "origin,n\n\"SFO\",2\nS\"O,3\n".getBytes(StandardCharsets.UTF_8);
    Path zipped =
        Files.write(folder.resolve("quotes.csv.gz"), Archives.bytes("quotes.csv.gz", quoted));
    assertThat(RowLines.of(List.of(plain, zipped), ReadOptions.defaults(), memory))
        .containsExactly("origin\tn", "JFK\t1", "SFO\t2", "S\"O\t3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"J\"FK\",\"1\"", "\"JFK,\"1\"", "\"JFK,1", "\"JFK\",\"1"})
  void aStrayQuoteIsNamedByItsLine(String stray) throws IOException {
    for (int before : new int[] {0, 1, 5000, 30_000}) {
      for (String header : List.of("\"origin\",\"n\"\n", "origin,n\n")) {
        for (String row : List.of("\"JFK\",\"1\"\n", "\"JFK\",1\n")) {
          String content = header + row.repeat(before) + stray + "\n" + row.repeat(5);
          assertRefused(content, before + 2);
        }
      }
    }
  }

  @Test
  void aStrayQuoteIsNamedByItsLineInAFileOfOneColumn() throws IOException {
    for (int before : new int[] {0, 1, 5000, 30_000}) {
      String row = "\"JFK\"\n";
      assertRefused(
          "\"origin\"\n" + row.repeat(before) + "\"J\"FK\"\n" + row.repeat(5), before + 2);
    }
  }

  @Test
  void aStrayQuoteBehindAQuotedHeader() throws IOException {
    for (int before : new int[] {0, 5000}) {
      String row = "JFK,1\n";
      assertRefused(
          "\"origin\",\"n\"\n" + row.repeat(before) + "\"JFK,1\n" + row.repeat(5), before + 2);
    }
  }
}
