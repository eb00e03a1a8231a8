package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares the types of several Parquet files. DuckDB reads all of them with the types of the first
 * file, and rounds the 3.7 of a later one to 4.
 */
final class SameTypes {
  /** Whole numbers that are exact as FLOAT. */
  private static final Set<String> SHORT = Set.of("TINYINT", "SMALLINT", "UTINYINT", "USMALLINT");

  private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\(\\d+,(\\d+)\\)");

  private SameTypes() {}

  /**
   * Checks the columns that are read.
   *
   * @param types the types by which all files are read
   * @throws DataException if a file has another type whose values could change
   */
  static void check(
      List<Path> files, Map<String, String> types, ReadOptions options, DuckDb database) {
    Map<String, String> known = new TreeMap<>(String.CASE_INSENSITIVE_ORDER); // as DuckDB matches
    known.putAll(types);
    for (Path file : files.subList(1, files.size())) {
      String rows = FileSql.files(DataFormat.PARQUET, List.of(file), options, null, types, false);
      database
          .columns("SELECT * FROM " + rows)
          .forEach(
              (name, type) -> {
                String to = known.getOrDefault(name, type);
                if (isRead(name, options) && !keepsValues(type, to)) {
                  throw new DataException(
                      "%s: found the type %s of column %s, expected %s as in %s, which could change its values; read it with query and read_parquet(..., union_by_name = true)"
                          .formatted(file, type, name, to, files.get(0)),
                      null);
                }
              });
    }
  }

  private static boolean isRead(String name, ReadOptions options) {
    return options.columns().isEmpty()
        || options.columns().stream().anyMatch(name::equalsIgnoreCase)
        || options.filter().filter(it -> it.contains(name)).isPresent();
  }

  /** Whether a conversion keeps each value or fails. */
  private static boolean keepsValues(String from, String to) {
    boolean whole = WholeNumbers.is(from);
    return from.equals(to)
        || switch (to) {
          case "VARCHAR" -> true;
          case "DOUBLE" -> whole || from.equals("FLOAT");
          case "FLOAT" -> SHORT.contains(from);
          case "TIMESTAMP" -> from.equals("DATE");
          default -> (whole && (WholeNumbers.is(to) || scale(to) >= 0)) || scales(from, to);
        };
  }

  private static boolean scales(String from, String to) {
    return scale(from) >= 0 && scale(to) >= scale(from);
  }

  /** Returns the digits behind the point of a decimal, or -1 for another type. */
  private static int scale(String type) {
    Matcher decimal = DECIMAL.matcher(type);
    return decimal.matches() ? Integer.parseInt(decimal.group(1)) : -1;
  }
}
