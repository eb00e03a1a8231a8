package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.runtime.internal.duckdb.Sql;

/** Conversions of columns that fail at a value that DuckDB would change. */
final class CheckedCast {
  private CheckedCast() {}

  /**
   * Returns the expression that converts a column.
   *
   * @param bad the condition for values that fail
   * @param to DuckDB's name of the type
   * @param expected which values are expected, and what to do about another one
   */
  static String of(String name, String bad, String to, String expected) {
    return "CASE WHEN %s THEN error(%s) ELSE CAST(%s AS %s) END"
        .formatted(bad, message(name, expected), Sql.name(name), to);
  }

  /** Returns the expression for the message about a value. */
  static String message(String name, String expected) {
    return "%s || %s || %s"
        .formatted(
            Sql.text("column " + name + ": found "),
            Sql.name(name),
            Sql.text(", expected " + expected));
  }
}
