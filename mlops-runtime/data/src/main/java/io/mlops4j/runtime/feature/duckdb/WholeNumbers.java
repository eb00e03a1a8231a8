package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.runtime.internal.duckdb.Sql;
import java.util.Set;

/**
 * Conversions to whole numbers that reject fractions. DuckDB rounds them: a column of a CSV file
 * whose first rows are whole numbers would have 4 for a later 3.7.
 */
final class WholeNumbers {
  /** Doubles below this are exact. */
  static final long EXACT = 1L << 53;

  private static final Set<String> TYPES =
      Set.of(
          "TINYINT",
          "SMALLINT",
          "INTEGER",
          "BIGINT",
          "HUGEINT",
          "UTINYINT",
          "USMALLINT",
          "UINTEGER",
          "UBIGINT",
          "UHUGEINT");

  private WholeNumbers() {}

  static boolean is(String type) {
    return TYPES.contains(type);
  }

  /** Whether all numbers of a type are exact as doubles. */
  static boolean isSmall(String type) {
    return is(type) && !type.endsWith("BIGINT") && !type.endsWith("HUGEINT");
  }

  /** Returns the condition for values that are no whole numbers. */
  static String isBad(String name, String from) {
    String column = Sql.name(name);
    return switch (from) {
      case "VARCHAR" -> "NOT regexp_full_match(trim(" + column + "), '[-+]?[0-9]+')";
      case "DOUBLE" -> column + " <> trunc(" + column + ") OR abs(" + column + ") >= " + EXACT;
      default -> column + " <> trunc(" + column + ")";
    };
  }

  /** Returns the expression that converts a column. */
  static String convert(String name, String from, String to) {
    boolean checked = from.equals("VARCHAR") || from.equals("FLOAT") || from.equals("DOUBLE");
    if (!is(to) || !(checked || from.startsWith("DECIMAL"))) {
      return "CAST(" + Sql.name(name) + " AS " + to + ")";
    }
    return CheckedCast.of(
        name,
        isBad(name, from),
        to,
        "a whole number as its type "
            + to
            + " says; set another type with ReadOptions.type, such as FLOAT64 for fractions, or"
            + " INT64 for whole numbers of more than 53 bits");
  }
}
