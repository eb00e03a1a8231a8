package io.mlops4j.runtime.feature.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.mlops4j.error.DataException;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.fixture.RowLines;
import io.mlops4j.runtime.view.FeatureSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every ending of text files is the same file to all readers, plain and compressed. */
class CompressedTextTest {
  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private Path write(String name, String text, Charset charset) throws IOException {
    return Files.write(folder.resolve(name), Archives.bytes(name, text.getBytes(charset)));
  }

  private Path write(String name, String text) throws IOException {
    return write(name, text, StandardCharsets.UTF_8);
  }

  private List<String> lines(Path file, ReadOptions options) {
    return RowLines.of(List.of(file), options, memory);
  }

  private void assertRefused(Path file, String... parts) {
    assertThatThrownBy(() -> lines(file, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(parts);
    assertThatThrownBy(() -> FeatureSource.file(file).dataset("flights"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(parts);
  }

  static Stream<String> names() {
    return Stream.of("csv", "tsv", "json", "jsonl", "ndjson", "CSV")
        .flatMap(
            ending -> Stream.of("", ".gz", ".zst", ".ZST").map(packed -> "f." + ending + packed));
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyReaderTakesEveryName(String name) throws IOException {
    String csv = "id,origin\n7,LAS\n8,\"S, F\"\n";
    String json = "{\"id\": 7, \"origin\": \"LAS\"}\n{\"id\": 8, \"origin\": \"S, F\"}\n";
    String tabs = csv.replace(',', '\t').replace("S\t", "S,");
    Path file = write(name, name.contains("json") ? json : name.contains("tsv") ? tabs : csv);
    assertThat(lines(file, ReadOptions.defaults()))
        .containsExactly("id\torigin", "7\tLAS", "8\tS, F");
    assertThat(FeatureSource.file(file).dataset("flights").rows()).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "csv.gz", "csv.zst"})
  void theFirstLinesDecideTheDialect(String ending) throws IOException {
    String name = "f." + ending;
    assertThat(lines(write(name, "a;b\r\n1,5;2\r\n"), ReadOptions.defaults()))
        .containsExactly("a\tb", "1,5\t2");
    assertThat(lines(write(name, "# in May\na|b\n1|2\n"), ReadOptions.defaults()))
        .containsExactly("a\tb", "1\t2");
    assertThat(lines(write(name, "\ufeffa,b\n1,2\n"), ReadOptions.defaults()))
        .containsExactly("a\tb", "1\t2");
    String late = "a,b\n" + "LAS,1\n".repeat(150_000) + "\"JFK\",2\n";
    assertThat(lines(write(name, late), ReadOptions.defaults())).endsWith("JFK\t2");
    ReadOptions latin = ReadOptions.builder().encoding(StandardCharsets.ISO_8859_1).build();
    assertThat(lines(write(name, "a,b\n\"Z\u00fcrich\",2\n", StandardCharsets.ISO_8859_1), latin))
        .containsExactly("a\tb", "Z\u00fcrich\t2");
    ReadOptions wide = ReadOptions.builder().encoding(StandardCharsets.UTF_16LE).build();
    Path utf16 = write(name, "\ufeffa;b\n\"Z\u00fcrich\";2\n", StandardCharsets.UTF_16LE);
    assertThat(lines(utf16, wide)).containsExactly("a\tb", "Z\u00fcrich\t2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "csv.gz", "csv.zst"})
  void brokenLinesAreNamed(String ending) throws IOException {
    String name = "f." + ending;
    String good = "\"LAS\",1\n";
    assertRefused(write(name, "a,b\n" + good + "\"JF\"K,2\n" + good), "ine: 3");
    assertRefused(write(name, "a,b\n" + good.repeat(3000) + "JFK\n" + good), "ine: 3002");
    assertRefused(write(name, "a,b\nLAS,1\nJFK,2,3\nLAS,1\n"), "ine: 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "csv.gz", "csv.zst", "jsonl", "jsonl.gz", "jsonl.zst"})
  void emptyFilesAndOtherEncodingsAreNamed(String ending) throws IOException {
    String name = "f." + ending;
    assertRefused(write(name, ""), "found an empty file");
    String rows = ending.startsWith("csv") ? "a,b\n1,2\n" : "{\"a\": 1}\n";
    assertRefused(write(name, rows, StandardCharsets.UTF_16), "big-endian UTF-16");
    assertRefused(write(name, "\ufeff" + rows, StandardCharsets.UTF_16LE), "found UTF-16");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv.gz", "csv.zst", "jsonl.gz", "jsonl.zst"})
  void damagedArchivesAreNamed(String ending) throws IOException {
    String row = ending.startsWith("csv") ? "1,LAS\n" : "{\"a\": 1}\n";
    StringBuilder rows = new StringBuilder(ending.startsWith("csv") ? "a,b\n" : "");
    for (int i = 0; i < 20_000; i++) {
      rows.append(row.replace("1", Integer.toString(i * 7919 % 10_007)));
    }
    Path file = write("f." + ending, rows.toString());
    byte[] bytes = Files.readAllBytes(file);
    assertThat(lines(file, ReadOptions.defaults())).hasSize(20_001);
    for (int length :
        new int[] {
          5, 100, bytes.length / 2, bytes.length - 12, bytes.length - 4, bytes.length - 1
        }) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertRefused(file, "cannot be read");
    }
    Files.writeString(file, rows);
    assertRefused(file, "cannot be read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv.gz", "csv.zst", "jsonl.gz", "jsonl.zst"})
  void archivesOfNoOrFewBytesAreNamed(String ending) throws IOException {
    Path file = Files.write(folder.resolve("f." + ending), new byte[0]);
    assertRefused(file, "found an empty file");
    byte[] bytes = Archives.bytes(ending, "a,b\n1,2\n".getBytes(StandardCharsets.UTF_8));
    Files.write(file, Arrays.copyOf(bytes, 5));
    assertRefused(file, "without its end", "write or copy it again");
  }

  /** A line of a CSV file has at most 2 MB, but an array of JSON is often one line. */
  @ParameterizedTest
  @ValueSource(strings = {"json", "json.gz", "json.zst"})
  void aLineOfJsonMayBeLong(String ending) throws IOException {
    String rows =
        IntStream.range(0, 300_000)
            .mapToObj(i -> "{\"id\": " + i + "}")
            .collect(Collectors.joining(",", "[", "]"));
    Path file = write("f." + ending, rows);
    assertThat(lines(file, ReadOptions.defaults())).hasSize(300_001).endsWith("299999");
    assertThat(FeatureSource.file(file).dataset("flights").rows()).hasValue(300_000);
    String text = "x".repeat(3_000_000);
    assertThat(lines(write("f." + ending, "{\"t\": \"" + text + "\"}"), ReadOptions.defaults()))
        .containsExactly("t", text);
  }

  /** As cat and parallel compressors write them; the last one without a checksum. */
  @Test
  void archivesMayHaveSeveralParts() throws IOException {
    for (String packed : List.of(".gz", ".zst")) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      if (packed.equals(".zst")) { // a frame to skip, by RFC 8878
        bytes.writeBytes(new byte[] {0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3});
      }
      bytes.writeBytes(Archives.bytes(packed, "n\n1\n".getBytes(StandardCharsets.UTF_8)));
      byte[] last = "2\n3\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(packed.equals(".zst") ? Zstd.compress(last) : Archives.bytes(packed, last));
      Path file = Files.write(folder.resolve("f.csv" + packed), bytes.toByteArray());
      assertThat(lines(file, ReadOptions.defaults())).hasSize(200_002).startsWith("n", "1", "2");
    }
  }

  @Test
  void aWrongEndingIsNamed() throws IOException {
    for (String packed : List.of("gz", "zst")) {
      byte[] bytes =
          Archives.bytes("." + packed, "a,b\n1,2\n".repeat(100).getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(
              () -> lines(Files.write(folder.resolve("f.bin"), bytes), ReadOptions.defaults()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("name it data.csv." + packed);
    }
  }
}
