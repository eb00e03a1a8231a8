package io.mlops4j.runtime.internal.duckdb;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Pieces of SQL text. Names and texts are quoted, so that none can end its quotes. Stateless. */
public final class Sql {
  private Sql() {}

  /** Returns a quoted column or table name. */
  public static String name(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Returns a quoted text. */
  public static String text(String text) {
    return '\'' + text.replace("'", "''") + '\'';
  }

  /** Returns quoted column names, separated by commas. */
  public static String names(List<String> names) {
    return names.stream().map(Sql::name).collect(Collectors.joining(", "));
  }

  /**
   * Removes the semicolon at the end of a query.
   *
   * @throws IllegalArgumentException if the query is blank or has parameters
   */
  public static String query(String query) {
    String trimmed = query.strip();
    while (trimmed.endsWith(";")) {
      trimmed = trimmed.substring(0, trimmed.length() - 1).stripTrailing();
    }
    if (trimmed.isEmpty()) {
      throw new IllegalArgumentException("query: found a blank text, expected one SELECT");
    }
    checkNoParameters("query", trimmed);
    return trimmed;
  }

  /**
   * Rejects a parameter such as {@code ?} or {@code $1} outside quotes and comments. DuckDB reports
   * a query with one as an internal error, or ends the process.
   *
   * @param what the name of the text, for messages
   * @throws IllegalArgumentException if there is one
   */
  public static void checkNoParameters(String what, String sql) {
    int at = SqlTexts.parameter(sql);
    if (at >= 0) {
      throw new IllegalArgumentException(
          what
              + ": found the parameter "
              + sql.substring(at, Math.min(sql.length(), at + 8)).split("\\s", 2)[0]
              + " at character "
              + at
              + ", expected SQL without parameters; write the value into the text");
    }
  }

  /** Returns a list of files for functions that take patterns; no file is taken as one. */
  public static String exactly(List<Path> files) {
    return list(files.stream().map(Sql::exactly));
  }

  /** Returns the files by name and, where the name has signs of a pattern, as {@link #exactly}. */
  static String allowed(List<Path> files) {
    return list(
        files.stream()
            .flatMap(file -> Stream.of(file.toAbsolutePath().toString(), exactly(file)))
            .distinct());
  }

  /** Returns the text of a pattern that matches this file only. */
  public static String exactly(Path file) {
    return file.toAbsolutePath().toString().replaceAll("[\\[*?]", "[$0]");
  }

  private static String list(Stream<String> texts) {
    return texts.map(Sql::text).collect(Collectors.joining(", ", "[", "]"));
  }
}
