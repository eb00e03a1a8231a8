package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.feature.DataFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views over files whose columns have no types. */
class TextSourceTest {
  /** More rows than those by which DuckDB recognises types by default. */
  private static final int ROWS = 25_000;

  @TempDir private Path folder;
  private Path labels;

  @BeforeEach
  void labels() throws IOException {
    labels = text("labels.csv", "origin,at,late\nJFK,2001-01-02 00:00:00,1\n");
  }

  private Path text(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Object delay(Path landings) {
    return delay(FeatureSource.file(landings));
  }

  private Object delay(FeatureSource landings) {
    FeatureView view =
        FeatureView.builder("delays").source(landings).keys("origin").eventTime("landed").build();
    Path file = folder.resolve("training.parquet");
    TrainingSet.builder(FeatureSource.file(labels), "at").label("late").view(view).write(file);
    try (RootAllocator memory = new RootAllocator();
        FeatureReader rows = DataFiles.open(file, memory)) {
      FeatureBatch only = rows.iterator().next();
      return only.column("delay").getObject(0);
    }
  }

  @Test
  void aLateFractionInAColumnOfWholeNumbersIsNotRounded() throws IOException {
    String csv = "LAX,2001-01-01 00:00:00,3\n".repeat(ROWS) + "JFK,2001-01-01 00:00:00,3.7\n";
    assertThat(delay(text("landings.csv", "origin,landed,delay\n" + csv))).isEqualTo(3.7);

    String row = "{\"origin\": \"%s\", \"landed\": \"2001-01-01 00:00:00\", \"delay\": %s}%n";
    String json = row.formatted("LAX", "3").repeat(ROWS) + row.formatted("JFK", "3.7");
    assertThat(delay(text("landings.jsonl", json))).isEqualTo(3.7);
  }

  /** The label is of 2 January 2001. */
  @Test
  void datesInTheFormOfTheFileAreEventTimes() throws IOException {
    String days = "origin,landed,delay\nJFK,31/12/2000,1\nJFK,01/01/2001,2\nJFK,03/01/2001,3\n";
    assertThat(delay(text("days.csv", days))).isEqualTo(2L);
    String sql = "SELECT * FROM '" + folder.resolve("days.csv") + "'";
    assertThat(delay(FeatureSource.sql(sql))).isEqualTo(2L);
    String times = days.replaceAll("(/200[01])", "$1 07:30:00");
    assertThat(delay(text("times.csv", times))).isEqualTo(2L);
    String iso = "{\"origin\": \"JFK\", \"landed\": \"200%s-0%d-01\", \"delay\": %d}%n";
    assertThat(delay(text("d.jsonl", iso.formatted(0, 1, 1) + iso.formatted(1, 1, 2))))
        .isEqualTo(2L);
    assertThatThrownBy(() -> delay(text("odd.csv", days.replace("31/12/2000", "in May"))))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("view delays", "landed");
  }

  /** Python writes such times; DuckDB does not recognise them in JSON. */
  @Test
  void textsOfTimesCanBeConvertedAsTheMessageSays() throws IOException {
    String row = "{\"origin\": \"JFK\", \"landed\": \"%s\", \"delay\": %d}%n";
    Path file =
        text(
            "p.jsonl",
            row.formatted("2001-01-01T23:59:59.123456", 1)
                + row.formatted("2001-01-02T01:30:00.5+02:00", 2)); // half an hour earlier in UTC
    assertThatThrownBy(() -> delay(file))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(
            "column landed has type VARCHAR",
            "FeatureSource.sql, for example with CAST(\"landed\" AS TIMESTAMPTZ)");
    String sql = "SELECT * REPLACE (CAST(\"landed\" AS TIMESTAMPTZ) AS landed) FROM '" + file + "'";
    assertThat(delay(FeatureSource.sql(sql))).isEqualTo(1L);
  }

  /** DuckDB makes infinities of them. */
  @Test
  void numbersThatAreTooLargeAreNamed() throws IOException {
    String row = "{\"origin\": \"%s\", \"landed\": \"2001-01-01 00:00:00\", \"delay\": %s}%n";
    String json = row.formatted("LAX", "3.5") + row.formatted("JFK", "1e400");
    String csv =
        "origin,landed,delay\nLAX,2001-01-01 00:00:00,1.5\nJFK,2001-01-01 00:00:00,-1e400\n";
    for (Path file : new Path[] {text("l.csv", csv), text("l.jsonl", json)}) {
      assertThatThrownBy(() -> delay(file))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("column delay: found")
          .hasMessageContaining("1e400, expected a number that fits float64");
    }
    assertThat(delay(text("l.csv", csv.replace("1e400", "inf"))))
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }

  /** DuckDB takes them for numbers of 128 bits. */
  @Test
  void wholeNumbersOfBothSignsInJsonHave64Bits() throws IOException {
    String row = "{\"origin\": \"%s\", \"landed\": \"2001-01-01 00:00:00\", \"delay\": %s}%n";
    String json = row.formatted("LAX", "3") + row.formatted("JFK", "-7");
    assertThat(delay(text("landings.jsonl", json))).isEqualTo(-7L);
  }

  private void assertRefused(Path file, String... parts) {
    assertThatThrownBy(() -> delay(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("view delays: " + file)
        .hasMessageContainingAll(parts);
    assertThatThrownBy(() -> FeatureSource.file(file).dataset("landings"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data set landings: " + file)
        .hasMessageContainingAll(parts);
  }

  @Test
  void aBrokenLineIsNamed() throws IOException {
    String good = "JFK,2001-01-01 00:00:00,3\n";
    for (String line : new String[] {"LAX,2\n", "LAX,2001-01-01 00:00:00,3,4\n", "LAX\n"}) {
      for (int before : new int[] {1, ROWS}) {
        assertRefused(
            text("landings.csv", "origin,landed,delay\n" + good.repeat(before) + line + good),
            "Line: " + (before + 2));
      }
    }
  }

  @Test
  void theOtherHalfOfAQuoteIsNamed() throws IOException {
    String rows =
        """
        origin,landed,delay
        "New York, JFK",2001-01-01 00:00:00,3
        "LAX,2001-01-01 00:00:00,3
        """;
    assertRefused(text("landings.csv", rows), "ine: 3");
  }

  @Test
  void quotesAreNoPartOfValues() throws IOException {
    String quoted = "\"origin\",\"landed\",\"delay\"\n";
    String row = "\"LAX\",\"2001-01-01 00:00:00\",\"4\"\n";
    String last = "\"JFK\",\"2001-01-01 00:00:00\",\"3\"\n";
    assertThat(delay(text("landings.csv", quoted + row + last))).isEqualTo(3L);
    String plain = "origin,landed,delay\n" + row.replace("\"", "").repeat(ROWS);
    assertThat(delay(text("landings.csv", plain + last))).isEqualTo(3L);
    for (int before : new int[] {1, 5000}) {
      String stray = "\"L\"AX\",\"2001-01-01 00:00:00\",\"3\"\n";
      assertRefused(
          text("landings.csv", quoted + row.repeat(before) + stray + last),
          "Line: " + (before + 2));
    }
  }

  @Test
  void tabsSeparateValues() throws IOException {
    String rows = "origin\tlanded\tdelay\nLAX, JFK\t2001-01-01\t4\nJFK\t2001-01-01\t3\n";
    assertThat(delay(text("landings.tsv", rows))).isEqualTo(3L);
    assertThat(FeatureSource.file(text("landings.TSV", rows)).dataset("landings").rows())
        .hasValue(2);
    assertRefused(text("landings.tsv", rows + "LAX\t2001-01-01\n"), "Line: 4");
  }

  @Test
  void anotherEncodingIsNamed() throws IOException {
    String rows =
        "origin,landed,delay\nJFK,2001-01-01 00:00:00,3\nZ\u00fcrich,2001-01-01 00:00:00,4\n";
    Path file = folder.resolve("landings.csv");
    Files.write(file, rows.getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(file, "ine: 3", "utf-8");
    Files.write(file, ("\ufeff" + rows).getBytes(StandardCharsets.UTF_16LE));
    assertRefused(file, "UTF-16");
    Files.write(file, rows.getBytes(StandardCharsets.UTF_16)); // big-endian, with a mark
    assertRefused(file, "big-endian UTF-16");
  }

  @Test
  void aMarkOfUtf8IsNoPartOfAName() throws IOException {
    assertThat(delay(text("landings.csv", "\ufefforigin,landed,delay\r\nJFK,2001-01-01,3\r\n")))
        .isEqualTo(3L);
  }

  @Test
  void anEmptyFileIsNamed() throws IOException {
    assertRefused(text("landings.csv", ""), "empty");
    assertRefused(text("landings.jsonl", ""), "empty");
  }

  @Test
  void aBrokenLineOfJsonIsNamed() throws IOException {
    String row = "{\"origin\": \"JFK\", \"landed\": \"2001-01-01\", \"delay\": 3}\n";
    assertRefused(text("landings.jsonl", row + row.replace("}", "") + row), "line 2");
  }

  @Test
  void aCutArchiveIsNamed() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      String rows = "origin,landed,delay\n" + "JFK,2001-01-01 00:00:00,3\n".repeat(100);
      gzip.write(rows.getBytes(StandardCharsets.UTF_8));
    }
    Path file = folder.resolve("landings.csv.gz");
    Files.write(file, bytes.toByteArray());
    assertThat(FeatureSource.file(file).dataset("landings").rows()).hasValue(100);
    Files.write(file, Arrays.copyOf(bytes.toByteArray(), bytes.size() - 12));
    assertRefused(file, "gz");
  }
}
