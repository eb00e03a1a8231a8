package io.mlops4j.runtime.internal.duckdb;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Quotes names and texts for SQL, so that none can end its quotes. Stateless. */
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

  /** Returns a list of files. */
  public static String files(List<Path> files) {
    return files.stream()
        .map(file -> text(file.toAbsolutePath().toString()))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
