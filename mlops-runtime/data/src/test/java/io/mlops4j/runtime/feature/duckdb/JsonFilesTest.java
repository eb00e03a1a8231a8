package io.mlops4j.runtime.feature.duckdb;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.fixture.RowLines;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.DuckDbSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns of JSON files are recognised by all rows; DuckDB alone takes the first 20,480. */
class JsonFilesTest {
  private static final int MANY = 100_000;

  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private Path write(String name, String text) throws IOException {
    byte[] bytes = Archives.bytes(name, text.getBytes(StandardCharsets.UTF_8));
    return Files.write(folder.resolve(name), bytes);
  }

  private List<String> lines(Path file, ReadOptions options) {
    return RowLines.of(List.of(file), options, memory);
  }

  private List<String> lines(Path file) {
    return lines(file, ReadOptions.defaults());
  }

  @ParameterizedTest
  @ValueSource(strings = {"k.jsonl", "k.jsonl.gz", "k.ndjson.zst", "k.json"})
  void aKeyThatFirstAppearsInALateRowIsAColumn(String name) throws IOException {
    String early = "{\"n\": 1, \"in\": {\"a\": 2}}";
    String late = "{\"n\": 3, \"in\": {\"a\": 4, \"b\": {\"c\": [0.5]}}, \"gate\": \"B7\"}";
    boolean array = name.endsWith(".json");
    String separator = array ? ",\n" : "\n";
    String text = (early + separator).repeat(MANY - 1) + late;
    Path file = write(name, array ? "[" + text + "]" : text);
    assertThat(lines(file))
        .hasSize(MANY + 1)
        .startsWith("n\tin\tgate", "1\t{\"a\":2}\tnull")
        .endsWith("3\t{\"a\":4,\"b\":{\"c\":[0.5]}}\tB7");
    ReadOptions chosen = ReadOptions.builder().columns("gate").filter("\"in\".b.c[1] > 0").build();
    assertThat(lines(file, chosen)).containsExactly("gate", "B7");
    try (DuckDb database = DuckDb.open(DuckDbSettings.of(List.of()))) {
      String rows = DuckDbFiles.textRows(file, database, memory); // of feature views
      assertThat(database.texts("SELECT max(gate) FROM (" + rows + ")")).containsExactly("B7");
    }
  }

  /** DuckDB alone takes such rows for one map under the name json. */
  @Test
  void eachOfManyKeysIsAColumn() throws IOException {
    String names = IntStream.range(0, 300).mapToObj(i -> "f" + i).collect(joining("\t"));
    String values = IntStream.range(0, 300).mapToObj(i -> i + ".5").collect(joining("\t"));
    String wide =
        IntStream.range(0, 300)
            .mapToObj(i -> "\"f" + i + "\": " + i + ".5")
            .collect(joining(", ", "{", "}\n"));
    assertThat(lines(write("w.jsonl", wide.repeat(2)))).containsExactly(names, values, values);

    String rare =
        IntStream.range(10, 30).mapToObj(i -> "{\"k" + i + "\": " + i + "}\n").collect(joining());
    ReadOptions chosen = ReadOptions.builder().columns("k29", "k10").filter("k29 > 0").build();
    assertThat(lines(write("r.jsonl", rare), chosen)).containsExactly("k29\tk10", "29\tnull");
    assertThat(lines(write("j.jsonl", "{\"json\": {\"a\": 1}}\n")))
        .containsExactly("json", "{\"a\":1}");
  }

  @Test
  void nullsInsideObjectsAndListsAreNulls() throws IOException {
    String row = "{\"a\": {\"NULL\": null, \"x\": 1}, \"b\": [null], \"c\": null}\n";
    assertThat(lines(write("n.jsonl", row))).containsExactly("a\tb\tc", "{\"x\":1}\t[null]\tnull");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a.jsonl; {'a': 1}|7|{'a': 3}; a.jsonl: cannot be read: found a value in line 2",
        "a.jsonl; {'a': 1}|{'a': 2}|[{'a': 3}]; found an array in line 3",
        "a.json; [{'a': 1}, 'b']; found a value in row 2",
        "a.json; []; found no object with keys",
        "a.jsonl; {}|{}; found no object with keys",
        "a.jsonl; {'o': {'a': 1}}|{'o': {'A': 2}}; rename one of two keys",
      })
  void aRowThatIsNoObjectIsNamed(String name, String text, String message) throws IOException {
    Path file = write(name, text.replace('|', '\n').replace('\'', '"'));
    assertThatThrownBy(() -> lines(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  /** DuckDB alone takes the keys of the first 32 files. */
  @Test
  void aKeyOfTheLastOfManyFilesIsAColumn() throws IOException {
    for (int i = 10; i < 50; i++) {
      write("part-" + i + ".jsonl", "{\"n\": " + i + (i == 49 ? ", \"late\": 0.5}" : "}"));
    }
    assertThat(lines(folder.resolve("part-*.jsonl")))
        .hasSize(41)
        .startsWith("n\tlate", "10\tnull")
        .endsWith("49\t0.5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '|',
      value = {
        "7; 3.7; 7.0; 3.7",
        "7; \"A7\"; 7; A7",
        "\"A7\"; {\"a\": 1}; A7; {\"a\":1}",
        "true; \"yes\"; true; yes",
        "\"2001-05-01\"; \"soon\"; 2001-05-01; soon",
        "\"2001-05-01\"; \"2001-05-01 07:30:00\"; 2001-05-01; 2001-05-01 07:30:00",
        "[[1], [2, 3]]; [[1], [2, 3.7]]; [[1.0],[2.0,3.0]]; [[1.0],[2.0,3.7]]",
        "{\"BIGINT\": 1}; {\"BIGINT\": 3.7}; {\"BIGINT\":1.0}; {\"BIGINT\":3.7}",
        "{\"JSON, DATE\": [1]}; {\"JSON, DATE\": [\"x\"]}; {\"JSON, DATE\":[\"1\"]}; {\"JSON,"
            + " DATE\":[\"x\"]}",
      })
  void aLateValueOfAnotherKindDecidesTheType(
      String usual, String late, String readUsual, String readLate) throws IOException {
    String row = "{\"n\": %s, \"id\": 1}%n";
    Path file = write("t.jsonl", row.formatted(usual).repeat(30_000) + row.formatted(late));
    assertThat(lines(file))
        .hasSize(30_002)
        .startsWith("n\tid", readUsual + "\t1")
        .endsWith(readLate + "\t1");
  }

  @Test
  void aLateTextAmongNumbersThatAreNeededIsNamed() throws IOException {
    String row = "{\"n\": 7}\n";
    Path file = write("t.jsonl", row.repeat(30_000) + "{\"n\": \"A7\"}\n");
    ReadOptions numbers = ReadOptions.builder().type("n", ElementType.FLOAT32).build();
    assertThatThrownBy(() -> lines(file, numbers))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("t.jsonl: cannot be read", "A7", "line 30001");
  }

  /** DuckDB alone reads each number but 0 as true. */
  @Test
  void aNumberAmongBooleansIsNamed() throws IOException {
    ReadOptions booleans = ReadOptions.builder().type("b", ElementType.BOOL).build();
    String rows = "{\"b\": true}\n{\"b\": 0}\n{\"b\": null}\n{\"b\": \"false\"}\n";
    assertThat(lines(write("b.jsonl", rows), booleans))
        .containsExactly("b", "true", "false", "null", "false");
    Path file = write("b.jsonl", rows + "{\"b\": 7}\n");
    assertThatThrownBy(() -> lines(file, booleans))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("b.jsonl: cannot be read at line 5", "'7'", "BOOL");
  }

  @ParameterizedTest
  @CsvSource({"UINT8, 300", "UINT8, -1", "INT64, 9223372036854775808"})
  void aNumberOutsideOfItsTypeIsNamed(ElementType type, String number) throws IOException {
    ReadOptions options = ReadOptions.builder().type("n", type).build();
    Path json = write("n.jsonl", "{\"n\": 1}\n{\"n\": " + number + "}\n");
    assertThatThrownBy(() -> lines(json, options))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("n.jsonl: cannot be read at line 2", number);
    Path csv = write("n.csv", "n\n1\n" + number + "\n");
    assertThatThrownBy(() -> lines(csv, options))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("n.csv: cannot be read at row 2 after the header", number);
  }

  /** DuckDB recognises these dates, and then fails for most and has the year 0 for others. */
  @Test
  void datesInOtherFormsThanIsoAreTexts() throws IOException {
    String row =
        "{\"iso\": \"2001-05-01\", \"us\": \"05-31-2001\", \"short\": \"01-05-31\", \"n\": 1,"
            + " \"at\": \"05-31-2001 07:30:00 AM\", \"utc\": \"2001-05-01T07:30:00Z\","
            + " \"in\": {\"d\": \"01-05-31\"}, \"slash\": \"31/12/2000\"}\n";
    assertThat(lines(write("d.jsonl", row.repeat(2)))) // days and microseconds by date -u -d
        .contains(
            "11443\t05-31-2001\t01-05-31\t1\t05-31-2001 07:30:00 AM\t988702200000000"
                + "\t{\"d\":\"01-05-31\"}\t31/12/2000");
  }

  @Test
  void textsKeepTheirLetters() throws IOException {
    String id = "D9428888-122B-11E1-B85C-61CD3CBB3210";
    assertThat(lines(write("u.jsonl", "{\"id\": \"" + id + "\"}\n"))).containsExactly("id", id);
  }

  @Test
  void aWholeNumberThatIsTooLargeIsNamed() throws IOException {
    Path file = write("h.jsonl", "{\"n\": -1}\n{\"n\": 18446744073709551615}\n");
    assertThatThrownBy(() -> lines(file))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("line 2", "18446744073709551615", "ReadOptions.type")
        .message()
        .doesNotContain("auto_detect");
    ReadOptions text = ReadOptions.builder().type("n", ElementType.STRING).build();
    assertThat(lines(file, text)).containsExactly("n", "-1", "18446744073709551615");
  }

  @ParameterizedTest
  @CsvSource({"1, b.jsonl", "5, b.jsonl", "30001, b.jsonl", "30001, b.jsonl.gz"})
  void theLineOfBrokenJsonIsNamed(int line, String name) throws IOException {
    Path file = write(name, "{\"a\": 1}\n".repeat(line - 1) + "{\"a\": oops}\n{\"a\": 1}\n");
    assertThatThrownBy(() -> lines(file))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(name + ": cannot be read", "in line " + line + ":");
  }
}
