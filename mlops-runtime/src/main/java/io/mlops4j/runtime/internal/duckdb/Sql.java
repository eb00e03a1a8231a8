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
   * @param what the name of the parameter, for messages
   * @throws IllegalArgumentException if the query is blank
   */
  public static String query(String what, String query) {
    String trimmed = query.strip();
    while (trimmed.endsWith(";")) {
      trimmed = trimmed.substring(0, trimmed.length() - 1).stripTrailing();
    }
    if (trimmed.isEmpty()) {
      throw new IllegalArgumentException(what + ": found a blank text, expected one SELECT");
    }
    return trimmed;
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

  private static String exactly(Path file) {
    return file.toAbsolutePath().toString().replaceAll("[\\[*?]", "[$0]");
  }

  private static String list(Stream<String> texts) {
    return texts.map(Sql::text).collect(Collectors.joining(", ", "[", "]"));
  }
}
