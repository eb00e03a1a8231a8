package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.DuckDbSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Finds what separates the values of CSV files by their first lines.
 *
 * <p>DuckDB searches for the separator by which most lines of its sample have the same number of
 * values. A single line with too few or too many values then makes one column of whole lines, or
 * skips all lines before it. Both happen without an error.
 */
final class CsvDialect {
  private static final String SEPARATORS = ",\t;|";

  /** A longer first line is left to DuckDB. */
  private static final int LONGEST = 1 << 20;

  private CsvDialect() {}

  /** Returns the separator of all files, or null if their first lines do not decide it. */
  static @Nullable String delimiter(List<Path> files, ReadOptions options) {
    if (options.delimiter().isPresent()) {
      return options.delimiter().get();
    }
    Set<String> found = new HashSet<>();
    for (Path file : files) {
      found.add(separator(firstLine(file, options)));
    }
    String only = found.iterator().next();
    return found.size() == 1 && !only.isEmpty() ? only : null;
  }

  /** Returns the separator that is most frequent outside quotes, or an empty text. */
  private static String separator(String line) {
    String plain = line.replaceAll("\"[^\"]*\"", "");
    int[] counts =
        SEPARATORS.chars().map(c -> (int) plain.chars().filter(it -> it == c).count()).toArray();
    int most = IntStream.of(counts).max().orElse(0);
    List<String> best =
        IntStream.range(0, counts.length)
            .filter(i -> counts[i] == most)
            .mapToObj(i -> SEPARATORS.substring(i, i + 1))
            .toList();
    return most > 0 && best.size() == 1 ? best.get(0) : "";
  }

  /** Returns the first line that is no comment; a line does not end within quotes. */
  private static String firstLine(Path file, ReadOptions options) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".zst")) {
      return "";
    }
    // In every other encoding that DuckDB reads, these separators are the bytes of ASCII.
    var charset =
        options
            .encoding()
            .filter(it -> it.name().startsWith("UTF-16"))
            .orElse(StandardCharsets.ISO_8859_1);
    try (InputStream bytes = Files.newInputStream(file);
        InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
        BufferedReader text = new BufferedReader(new InputStreamReader(plain, charset))) {
      String line = line(text);
      while (line.startsWith("#")) {
        line = line(text);
      }
      return line;
    } catch (IOException e) {
      return ""; // DuckDB says what is wrong
    }
  }

  private static String line(BufferedReader text) throws IOException {
    StringBuilder line = new StringBuilder();
    boolean quoted = false;
    for (int c = text.read(); c >= 0 && line.length() < LONGEST; c = text.read()) {
      if (c == '"') {
        quoted = !quoted;
      } else if ((c == '\n' || c == '\r') && !quoted && !line.isEmpty()) {
        return line.toString();
      }
      if (!line.isEmpty() || (c != '\n' && c != '\r')) {
        line.append((char) c);
      }
    }
    return line.length() < LONGEST ? line.toString() : "";
  }

  /**
   * Returns the failure of the first line that has another number of values than the first one, for
   * files whose columns DuckDB cannot recognise.
   *
   * @param delimiter what separates values
   * @param failure what is returned if no line is found
   */
  static RuntimeException brokenLine(
      List<Path> files,
      String delimiter,
      ReadOptions options,
      BufferAllocator allocator,
      RuntimeException failure) {
    try (DuckDb database = DuckDb.open(DuckDbSettings.of(files))) {
      for (Path file : files) {
        int values = values(firstLine(file, options), delimiter);
        String sql = FileSql.sameValues(file, options, delimiter, values);
        try (DuckDb.Rows rows = database.query(sql, options.batchRows(), allocator)) {
          rows.forEach(batch -> {}); // the values are not needed
        }
      }
      return failure;
    } catch (DataException e) {
      return e;
    }
  }

  private static int values(String line, String delimiter) {
    String plain = line.replaceAll("\"[^\"]*\"", "");
    return (plain.length() - plain.replace(delimiter, "").length()) / delimiter.length() + 1;
  }
}
