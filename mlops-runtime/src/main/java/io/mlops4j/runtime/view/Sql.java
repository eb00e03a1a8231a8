package io.mlops4j.runtime.view;

import java.util.List;
import java.util.stream.Collectors;

/** Pieces of SQL text. */
final class Sql {
  private Sql() {}

  /** Returns a column or table name, quoted. */
  static String name(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Returns a text, quoted. */
  static String text(String text) {
    return '\'' + text.replace("'", "''") + '\'';
  }

  /** Returns column names, quoted and separated by commas. */
  static String names(List<String> names) {
    return names.stream().map(Sql::name).collect(Collectors.joining(", "));
  }

  /** Checks a query of a user, and removes the semicolon at its end. */
  static String query(String what, String query) {
    String trimmed = query.strip();
    while (trimmed.endsWith(";")) {
      trimmed = trimmed.substring(0, trimmed.length() - 1).stripTrailing();
    }
    if (trimmed.isEmpty()) {
      throw new IllegalArgumentException(what + ": found a blank text, expected one SELECT");
    }
    return trimmed;
  }
}
