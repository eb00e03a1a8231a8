package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** Finds texts of numbers that are too large for their type, such as 1e400 for float64. */
final class Infinities {
  private static final String EXPECTED =
      "a number that fits %s; write inf for an infinity, or read the column as STRING"
          + " with ReadOptions.type";

  private Infinities() {}

  /** Returns the condition for texts that have digits and are infinities as numbers. */
  private static String isBad(String text, String type) {
    return "isinf(TRY_CAST(%s AS %s)) AND regexp_matches(%s, '[0-9]')".formatted(text, type, text);
  }

  private static String isBadInside(String text) {
    return "len(list_filter(regexp_extract_all("
        + text
        + ", '[0-9][-+0-9.eE]*'), lambda number: isinf(TRY_CAST(number AS DOUBLE)))) > 0";
  }

  private static String expected(boolean single) {
    return EXPECTED.formatted(
        single ? "float32 (up to 3.4028235E38)" : "float64 (up to 1.7976931348623157E308)");
  }

  /** Returns the expression that converts a column of texts to doubles. */
  static String convert(String name) {
    return CheckedCast.of(name, isBad(Sql.name(name), "DOUBLE"), "DOUBLE", expected(false));
  }

  /**
   * Searches the rows that are read for such a number.
   *
   * @param found all columns
   * @param parsed how they are read
   * @param columns the columns that are read
   * @throws DataException if there is one; names the row and the column
   */
  static void search(
      TextFiles text, Collection<String> found, ParsedTypes parsed, List<Field> columns) {
    Map<String, String> types = new LinkedHashMap<>(parsed.types());
    Map<String, String> values = new LinkedHashMap<>(parsed.conversions());
    List<String> cases = new ArrayList<>();
    for (Field column : columns) {
      String name = column.getName();
      if (hasFloats(column)) {
        boolean single = MinorType.FLOAT4.getType().equals(column.getType());
        boolean flat = column.getChildren().isEmpty();
        String type = single ? "FLOAT" : "DOUBLE";
        String bad = flat ? isBad(Sql.name(name), type) : isBadInside(Sql.name(name));
        cases.add("WHEN " + bad + " THEN " + CheckedCast.message(name, expected(single)));
        // The filter needs the number, too.
        String to = flat ? type : parsed.types().getOrDefault(name, "VARCHAR");
        types.put(name, flat ? "VARCHAR" : "JSON");
        values.put(name, "TRY_CAST(" + Sql.name(name) + " AS " + to + ")");
      }
    }
    String row = unused("row of the file", found);
    String bad = unused("bad number", found);
    List<String> rows = new ArrayList<>();
    rows.add("row_number() OVER () AS " + Sql.name(row));
    rows.add("CASE " + String.join(" ", cases) + " END AS " + Sql.name(bad));
    if (text.options().filter().isPresent()) {
      rows.addAll(FileSql.converted(found, values));
    }
    try (DuckDb database = text.database()) {
      for (Path file : text.files()) {
        String sql =
            "SELECT %1$s || ':' || %2$s FROM (SELECT %3$s FROM %4$s) WHERE %2$s IS NOT NULL%5$s LIMIT 1"
                .formatted(
                    Sql.name(row),
                    Sql.name(bad),
                    String.join(", ", rows),
                    text.source(file, types),
                    text.options().filter().map(it -> " AND (" + it + "\n)").orElse(""));
        for (String line : database.texts(sql)) {
          String[] parts = line.split(":", 2);
          throw new DataException(text.place(file, parts[0]) + ": " + parts[1], null);
        }
      }
    }
  }

  private static String unused(String name, Collection<String> columns) {
    String unused = name;
    while (columns.stream().anyMatch(unused::equalsIgnoreCase)) {
      unused += "_";
    }
    return unused;
  }

  private static boolean hasFloats(Field field) {
    return field.getType() instanceof ArrowType.FloatingPoint
        || field.getChildren().stream().anyMatch(Infinities::hasFloats);
  }
}
