package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.DuckDbSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What separates and quotes the values of CSV files, by their first lines.
 *
 * <p>DuckDB searches for the separator by which most lines of its sample have the same number of
 * values. A single line with too few or too many values then makes one column of whole lines, or
 * skips all lines before it. A single stray quote makes the quotes of all values text, and so do
 * quotes that begin behind the sample. A row that begins with {@code #}, such as {@code #N/A}, is
 * taken for a comment if the types of the other rows are then simpler. All of this happens without
 * an error.
 *
 * @param delimiter what separates values; null if DuckDB has to find it
 * @param quoted whether values may be in double quotes; if not, DuckDB has to find the quotes
 * @param comments the lines of comments before the first line; null if DuckDB has to find them
 */
record CsvDialect(@Nullable String delimiter, boolean quoted, @Nullable Integer comments) {
  private static final String SEPARATORS = ",\t;|";

  /** The characters that are examined; a longer first line is left to DuckDB. */
  private static final int LONGEST = 1 << 20;

  /** No file contains it: what separates the values of a file of one column. */
  private static final String ONE_COLUMN = "\u001f";

  /** How the values of lines are quoted, the most decisive last. */
  private enum Quotes {
    NONE,
    SINGLE,
    STRAY,
    DOUBLE
  }

  /** Returns the dialect of all files, with what their first lines decide. */
  static CsvDialect of(List<Path> files, ReadOptions options, DuckDb database) {
    Set<String> found = new HashSet<>();
    Set<Integer> comments = new HashSet<>();
    Quotes quotes = Quotes.NONE;
    for (Path file : files) {
      String start = start(file, options, database);
      String separator = options.delimiter().orElseGet(() -> separator(firstLine(start)));
      found.add(separator);
      quotes = strongest(quotes, start.isEmpty() ? Quotes.STRAY : quotes(start, separator));
      comments.add(comments(start));
    }
    String only = found.iterator().next();
    CsvDialect open =
        new CsvDialect(
            found.size() == 1 && !only.isEmpty() ? only : null,
            quotes == Quotes.DOUBLE || quotes == Quotes.NONE,
            null);
    if (comments.size() > 1) {
      return open;
    }
    int lines = comments.iterator().next();
    boolean names = lines > 0 && !open.hasComments(files, options, database);
    return new CsvDialect(open.delimiter, open.quoted, names ? 0 : lines);
  }

  /** Whether DuckDB takes the first lines for comments, and not for a name such as {@code #id}. */
  private boolean hasComments(List<Path> files, ReadOptions options, DuckDb database) {
    try {
      return files.stream()
          .flatMap(file -> database.texts(FileSql.comment(file, options, this)).stream())
          .allMatch("#"::equals);
    } catch (DataException e) {
      return true; // the same failure follows when the columns are read
    }
  }

  /** Returns the lines before the first one that is no comment, if they begin with one. */
  private static int comments(String start) {
    List<String> lines = start.lines().toList();
    int first = 0;
    while (first < lines.size()
        && (lines.get(first).isEmpty() || lines.get(first).startsWith("#"))) {
      first++;
    }
    return lines.stream().limit(first).anyMatch(line -> line.startsWith("#")) ? first : 0;
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

  /** Returns how the values of lines are quoted, each within its line. */
  private static Quotes quotes(String start, String separator) {
    Quotes most = Quotes.NONE;
    List<String> lines = start.lines().toList();
    // The last of so many characters may end in the middle of a line.
    for (String line : start.length() < LONGEST ? lines : lines.subList(0, lines.size() - 1)) {
      for (int value = 0;
          value >= 0 && most != Quotes.DOUBLE;
          value = next(line, value, separator)) {
        most = strongest(most, quotes(line, value, separator));
      }
    }
    return most;
  }

  private static Quotes quotes(String line, int value, String separator) {
    int from = skipSpaces(line, value);
    if (line.startsWith("\"", from)) {
      return isQuoted(line, from, separator) ? Quotes.DOUBLE : Quotes.STRAY;
    }
    return line.startsWith("'", from) && isQuoted(line, from, separator)
        ? Quotes.SINGLE
        : Quotes.NONE;
  }

  /** Returns whether the quote has its other half at the end of the value. */
  private static boolean isQuoted(String line, int from, String separator) {
    char quote = line.charAt(from);
    int end = line.indexOf(quote, from + 1);
    while (end >= 0 && end + 1 < line.length() && line.charAt(end + 1) == quote) {
      end = line.indexOf(quote, end + 2); // a doubled quote is part of the text
    }
    int after = end < 0 ? 0 : skipSpaces(line, end + 1);
    return end >= 0 && (after == line.length() || separatorAt(line, after, separator) > 0);
  }

  private static int skipSpaces(String line, int from) {
    int at = from;
    while (at < line.length() && line.charAt(at) == ' ') {
      at++;
    }
    return at;
  }

  /** Returns where the next value begins, or -1. */
  private static int next(String line, int value, String separator) {
    for (int i = value; i < line.length(); i++) {
      int length = separatorAt(line, i, separator);
      if (length > 0) {
        return i + length;
      }
    }
    return -1;
  }

  /** Returns the length of the separator at a position; 0 if there is none. */
  private static int separatorAt(String line, int at, String separator) {
    if (separator.isEmpty()) {
      return SEPARATORS.indexOf(line.charAt(at)) < 0 ? 0 : 1;
    }
    return line.startsWith(separator, at) ? separator.length() : 0;
  }

  private static Quotes strongest(Quotes some, Quotes others) {
    return some.compareTo(others) < 0 ? others : some;
  }

  /** Returns the first characters of a file, or an empty text if they cannot be read here. */
  private static String start(Path file, ReadOptions options, DuckDb database) {
    // In every other encoding that DuckDB reads, separators and quotes are the bytes of ASCII.
    var charset =
        options
            .encoding()
            .filter(it -> it.name().startsWith("UTF-16"))
            .orElse(StandardCharsets.ISO_8859_1);
    try {
      return TextStart.of(file, charset, LONGEST, database)
          .replaceFirst("^(\u00ef\u00bb\u00bf|\ufeff)", "");
    } catch (IOException e) {
      return ""; // DuckDB says what is wrong
    }
  }

  /** Returns the first line that is no comment; a line does not end within quotes. */
  private static String firstLine(String start) {
    StringBuilder line = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < start.length(); i++) {
      char c = start.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      }
      boolean ends = c == '\n' || c == '\r';
      if (ends && !quoted && !line.isEmpty()) {
        if (line.charAt(0) != '#') {
          return line.toString();
        }
        line.setLength(0);
      } else if (!ends || !line.isEmpty()) {
        line.append(c);
      }
    }
    boolean complete = start.length() < LONGEST && !line.toString().startsWith("#");
    return complete ? line.toString() : "";
  }

  /**
   * Returns the failure of the first line that has another number of values than the first one, for
   * files whose columns DuckDB cannot recognise.
   *
   * @param failure what is returned if no line is found
   */
  RuntimeException brokenLine(
      List<Path> files, ReadOptions options, BufferAllocator allocator, RuntimeException failure) {
    try (DuckDb database = DuckDb.open(DuckDbSettings.of(files))) {
      for (Path file : files) {
        String first = firstLine(start(file, options, database));
        boolean oneColumn = delimiter == null && next(first, 0, "") < 0;
        String separator = oneColumn ? ONE_COLUMN : delimiter;
        if (separator == null) {
          return failure;
        }
        int values = values(first, separator);
        String sql = FileSql.sameValues(file, options, this, separator, values);
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
