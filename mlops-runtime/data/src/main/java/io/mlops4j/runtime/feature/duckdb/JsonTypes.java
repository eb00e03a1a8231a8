package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The columns of JSON files, recognised by all rows of all files. A key that appears late is a
 * column, too, and no value is changed: by a sample, DuckDB leaves later keys out and rounds later
 * fractions.
 */
final class JsonTypes {
  /** Values of different kinds, and UUIDs, whose capital letters DuckDB makes small. */
  private static final Pattern TEXTS = types("JSON|UUID");

  /** The type of nulls inside objects and lists; a space follows a key of that name. */
  private static final Pattern NULLS = Pattern.compile("\"NULL\"(?=[\\[,)]|$)");

  /** What DuckDB calls the only column of rows that it does not take for objects. */
  private static final String WHOLE = "json";

  /** DuckDB's type of whole numbers with both signs, however small. */
  private static final Pattern HUGE = types("HUGEINT");

  private static final Pattern TIMES = types("DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE");

  /** DuckDB recognises such dates, and then has other years for them or fails. */
  private static final String ODD_DATE = "(^|\")\\d{1,2}-\\d{1,2}-\\d{2,4}($|[\"T ])";

  /** DuckDB recognises one form of dates by all rows, so the first ones show it. */
  private static final int FIRST = 2048;

  private static final Pattern NUMBERED = Pattern.compile("(.+)_\\d+");

  private JsonTypes() {}

  /** Returns a pattern of types inside the text of a type; it also matches quoted names. */
  private static Pattern types(String names) {
    return Pattern.compile("\"(?:[^\"]|\"\")*\"|\\b(?:" + names + ")(?=[\\[,)]|$)");
  }

  /**
   * Returns the names of the columns and their types in DuckDB. Reads all files once.
   *
   * @throws DataException if a file is damaged, or keys differ in case only
   */
  static Map<String, String> of(List<Path> files, ReadOptions options, DuckDb database) {
    String rows = FileSql.files(DataFormat.JSON, files, options, null, Map.of(), false);
    Map<String, String> found = database.columns("SELECT * FROM " + rows);
    if (found.keySet().equals(Set.of(WHOLE))) {
      found = ofAllKeys(files, options, database);
    }
    checkCases(found.keySet(), files, database);
    found.replaceAll((name, type) -> replaced(TEXTS, replaced(HUGE, type, "BIGINT"), "VARCHAR"));
    found.replaceAll((name, type) -> NULLS.matcher(type).replaceAll("VARCHAR"));
    found.replaceAll(
        (name, type) -> {
          String text = replaced(TIMES, type, "VARCHAR");
          return !text.equals(type) && hasOddDate(name, files, options, database) ? text : type;
        });
    return found;
  }

  /** Returns the columns of objects that DuckDB takes for one map, as those of many numbers. */
  private static Map<String, String> ofAllKeys(
      List<Path> files, ReadOptions options, DuckDb database) {
    try {
      return database.columns("SELECT * FROM " + FileSql.allKeys(files));
    } catch (DataException e) {
      if (!String.valueOf(e.getMessage()).contains("expected records")) {
        throw e;
      }
    }
    TextFiles text = new TextFiles(DataFormat.JSON, files, options, null);
    for (Path file : files) {
      for (String row : database.texts(FileSql.noObject(file))) {
        String[] parts = row.split(":", 2);
        throw new DataException(
            "found %s in %s, expected an object"
                .formatted(
                    parts[1].equals("ARRAY") ? "an array" : "a value", text.place(file, parts[0])),
            null);
      }
    }
    throw new DataException(
        "found no object with keys that are not empty, expected one object a line or an array of"
            + " objects",
        null);
  }

  private static String replaced(Pattern types, String type, String by) {
    return types
        .matcher(type)
        .replaceAll(
            part -> part.group().startsWith("\"") ? Matcher.quoteReplacement(part.group()) : by);
  }

  private static boolean hasOddDate(
      String name, List<Path> files, ReadOptions options, DuckDb database) {
    Map<String, String> text = Map.of(name, "VARCHAR");
    String rows = FileSql.files(DataFormat.JSON, files, options, null, text, false);
    return !database
        .texts(
            "SELECT 'found' FROM (SELECT %1$s FROM %2$s WHERE %1$s IS NOT NULL LIMIT %3$d) WHERE regexp_matches(%1$s, %4$s) LIMIT 1"
                .formatted(Sql.name(name), rows, FIRST, Sql.text(ODD_DATE)))
        .isEmpty();
  }

  /**
   * Rejects keys that differ only in case. DuckDB puts {@code _1} behind the second one, and then
   * finds no values under that name.
   */
  private static void checkCases(Set<String> keys, List<Path> files, DuckDb database) {
    Map<String, String> known = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    keys.forEach(key -> known.put(key, key));
    for (String key : keys) {
      Matcher numbered = NUMBERED.matcher(key);
      String base = numbered.matches() ? numbered.group(1) : key;
      String other = known.getOrDefault(base, base);
      if (!other.equals(base) && !database.texts(FileSql.hasKey(files, base)).isEmpty()) {
        throw new DataException(
            "found the keys %s and %s, expected keys that do not differ in case only; rename one"
                .formatted(other, base),
            null);
      }
    }
  }
}
