package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Dates of CSV files that reject a time of day. DuckDB drops it: a column whose first rows are
 * dates would have the date of a later 2001-05-01 07:30.
 */
final class Dates {
  private Dates() {}

  /**
   * Returns the columns of dates that can be parsed as times. Dates such as 31/12/2001 cannot, and
   * DuckDB rejects times among them.
   *
   * @param parsing returns the table function of the files that parses columns as these types
   * @param found the types that DuckDB recognises
   * @param others columns of other types
   */
  static Set<String> ofCsv(
      DuckDb database,
      Function<Map<String, String>, String> parsing,
      Map<String, String> found,
      Set<String> others) {
    return found.keySet().stream()
        .filter(name -> "DATE".equals(found.get(name)) && !others.contains(name))
        .filter(name -> isTime(database, parsing, name))
        .collect(Collectors.toSet());
  }

  private static boolean isTime(
      DuckDb database, Function<Map<String, String>, String> parsing, String name) {
    Map<String, String> times = new LinkedHashMap<>(Map.of(name, "TIMESTAMP"));
    try {
      database.numbers(
          "SELECT CAST(max(%1$s) > min(%1$s) AS INTEGER) FROM (SELECT %1$s FROM %2$s LIMIT %3$d)"
              .formatted(Sql.name(name), parsing.apply(times), ParsedTypes.SAMPLE));
      return true;
    } catch (DataException e) {
      return false;
    }
  }

  /** Returns the condition for times that are not the beginning of a day. */
  static String isBad(String name) {
    String column = Sql.name(name);
    return column + " <> date_trunc('day', " + column + ")";
  }

  /** Returns the expression that converts a column of times. */
  static String convert(String name) {
    return CheckedCast.of(
        name,
        isBad(name),
        "DATE",
        "a date as in the first rows; read the column as STRING with ReadOptions.type, or the file"
            + " with query and read_csv(..., sample_size = -1)");
  }
}
