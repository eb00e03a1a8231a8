package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.DuckDbSettings;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** Finds texts of numbers that are too large for their type, such as 1e400 for float64. */
final class Infinities {
  private static final String EXPECTED =
      ", expected a number that fits %s; write inf for an infinity, or read the column as STRING"
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

  private static String found(String name, boolean single) {
    String column = Sql.name(name);
    String expected =
        EXPECTED.formatted(
            single ? "float32 (up to 3.4028235E38)" : "float64 (up to 1.7976931348623157E308)");
    return Sql.text("column " + name + ": found ") + " || " + column + " || " + Sql.text(expected);
  }

  /** Returns the expression that converts a column of texts to doubles. */
  static String convert(String name) {
    String column = Sql.name(name);
    return "CASE WHEN %s THEN error(%s) ELSE CAST(%s AS DOUBLE) END"
        .formatted(isBad(column, "DOUBLE"), found(name, false), column);
  }

  /**
   * Searches files for such a number.
   *
   * @param texts the table function of the files, whose columns are all texts
   * @param columns the columns that are read
   * @throws DataException if there is one; names the row and the column
   */
  static void search(List<Path> files, String texts, List<Field> columns) {
    List<String> conditions = new ArrayList<>();
    List<String> cases = new ArrayList<>();
    for (Field column : columns) {
      String name = column.getName();
      if (hasFloats(column)) {
        String text = Sql.name(name);
        boolean single = MinorType.FLOAT4.getType().equals(column.getType());
        String bad =
            column.getChildren().isEmpty()
                ? isBad(text, single ? "FLOAT" : "DOUBLE")
                : isBadInside(text);
        conditions.add("(" + bad + ")");
        cases.add("WHEN " + bad + " THEN " + found(name, single));
      }
    }
    try (DuckDb database = DuckDb.open(DuckDbSettings.of(files))) {
      String sql =
          "SELECT 'row ' || row_number() OVER () || ' after the header: ' || CASE %s END FROM %s QUALIFY %s LIMIT 1"
              .formatted(String.join(" ", cases), texts, String.join(" OR ", conditions));
      for (String bad : database.texts(sql)) {
        throw new DataException(bad, null);
      }
    }
  }

  private static boolean hasFloats(Field field) {
    return field.getType() instanceof ArrowType.FloatingPoint
        || field.getChildren().stream().anyMatch(Infinities::hasFloats);
  }
}
