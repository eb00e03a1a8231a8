package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How the columns of files become the types of the batches.
 *
 * <p>DuckDB parses most types of text itself. Whole numbers are parsed as doubles or texts and
 * converted with a check, because DuckDB rounds fractions.
 *
 * @param types the types that DuckDB parses columns of text as; empty for those that it recognises
 * @param conversions expressions of the columns that are converted afterwards
 * @param checks conditions for bad values of these columns
 */
record ParsedTypes(
    Map<String, String> types, Map<String, String> conversions, Map<String, String> checks) {
  /** The number of rows from which DuckDB recognises the types of CSV files. */
  static final int SAMPLE = 20_480;

  /** Returns the conversions of columns that have types of their own. */
  static ParsedTypes typed(Map<String, String> found, Map<String, ElementType> wanted) {
    Map<String, String> conversions = new LinkedHashMap<>();
    found.forEach(
        (name, type) -> {
          ElementType to = wanted.get(name);
          if (to != null) {
            String from = type.equals("DOUBLE") ? "FLOAT" : type; // all doubles are exact here
            conversions.put(name, WholeNumbers.convert(name, from, FileSql.name(to)));
          }
        });
    return new ParsedTypes(Map.of(), conversions, Map.of());
  }

  /** Returns the types of columns of JSON, all of which are named. */
  static ParsedTypes json(Map<String, String> found, Map<String, ElementType> wanted) {
    ParsedTypes parsed = empty();
    found.forEach(
        (name, type) -> {
          ElementType set = wanted.get(name);
          String to = set == null ? type : FileSql.name(set);
          if (set != null && WholeNumbers.is(to)) {
            parsed.check(name, WholeNumbers.isSmall(to) ? "DOUBLE" : "VARCHAR", to);
          } else if (set != null
              && to.equals("BOOLEAN")) { // DuckDB reads each number but 0 as true
            parsed.types.put(name, "VARCHAR");
            parsed.conversions.put(name, "CAST(" + Sql.name(name) + " AS BOOLEAN)");
            parsed.checks.put(name, isOutside(name, to));
          } else {
            parsed.types.put(name, to);
          }
        });
    return parsed;
  }

  /**
   * Returns the types of columns of CSV.
   *
   * @param parsing returns the table function of the files that parses columns as these types
   * @param found the types that DuckDB recognises
   * @param wanted the types to parse columns as
   */
  static ParsedTypes csv(
      DuckDb database,
      Function<Map<String, String>, String> parsing,
      Map<String, String> found,
      Map<String, ElementType> wanted) {
    ParsedTypes parsed = empty();
    List<String> guessed =
        found.keySet().stream()
            .filter(name -> !wanted.containsKey(name) && WholeNumbers.is(type(found, name)))
            .toList();
    List<@Nullable Long> large =
        guessed.isEmpty() ? List.of() : large(database, parsing.apply(Map.of()), guessed);
    Set<String> dates = Dates.ofCsv(database, parsing, found, wanted.keySet());
    found.forEach(
        (name, type) -> {
          ElementType set = wanted.get(name);
          String to = set == null ? type : FileSql.name(set);
          if (to.equals("FLOAT")) {
            parsed.types.put(name, "DOUBLE");
            parsed.conversions.put(name, SingleFloats.convert(name));
            parsed.checks.put(name, SingleFloats.isBad(name));
            return;
          }
          if (dates.contains(name)) {
            parsed.types.put(name, "TIMESTAMP");
            parsed.conversions.put(name, Dates.convert(name));
            parsed.checks.put(name, Dates.isBad(name));
            return;
          }
          if (!WholeNumbers.is(to)) {
            if (set != null) {
              parsed.types.put(name, to);
            }
            return;
          }
          int guess = guessed.indexOf(name);
          Long isLarge = guess < 0 || guess >= large.size() ? null : large.get(guess);
          boolean asText = set == null ? isLarge != null && isLarge > 0 : !WholeNumbers.isSmall(to);
          parsed.check(name, asText ? "VARCHAR" : "DOUBLE", to);
        });
    return parsed;
  }

  private static ParsedTypes empty() {
    return new ParsedTypes(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  private static String type(Map<String, String> found, String name) {
    return found.getOrDefault(name, "");
  }

  private void check(String name, String from, String to) {
    types.put(name, from);
    conversions.put(name, WholeNumbers.convert(name, from, to));
    checks.put(name, WholeNumbers.isBad(name, from) + " OR " + isOutside(name, to));
  }

  private static String isOutside(String name, String to) {
    String column = Sql.name(name);
    return "(%s IS NOT NULL AND TRY_CAST(%s AS %s) IS NULL)".formatted(column, column, to);
  }

  /** Returns for each column 1 if one of its first numbers is not exact as a double. */
  private static List<@Nullable Long> large(DuckDb database, String source, List<String> columns) {
    List<String> tests = new ArrayList<>();
    for (String column : columns) {
      tests.add(
          "CAST(max(abs(CAST("
              + Sql.name(column)
              + " AS DOUBLE))) >= "
              + WholeNumbers.EXACT
              + " AS INTEGER)");
    }
    try {
      return database.numbers(
          "SELECT "
              + String.join(", ", tests)
              + " FROM (SELECT * FROM "
              + source
              + " LIMIT "
              + SAMPLE
              + ")");
    } catch (DataException e) {
      return List.of(); // the same failure follows when the rows are read
    }
  }
}
