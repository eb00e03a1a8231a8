package io.mlops4j.runtime.view;

import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A component of a record as a column of DuckDB.
 *
 * @param name the name of both
 * @param type the type in DuckDB, with NOT NULL for primitive components
 */
record RecordColumn(String name, String type) {
  private static final Map<Class<?>, String> TYPES =
      Map.ofEntries(
          Map.entry(boolean.class, "BOOLEAN NOT NULL"),
          Map.entry(int.class, "INTEGER NOT NULL"),
          Map.entry(long.class, "BIGINT NOT NULL"),
          Map.entry(float.class, "FLOAT NOT NULL"),
          Map.entry(double.class, "DOUBLE NOT NULL"),
          Map.entry(Boolean.class, "BOOLEAN"),
          Map.entry(Integer.class, "INTEGER"),
          Map.entry(Long.class, "BIGINT"),
          Map.entry(Float.class, "FLOAT"),
          Map.entry(Double.class, "DOUBLE"),
          Map.entry(String.class, "VARCHAR"),
          Map.entry(Instant.class, "TIMESTAMP"));

  /** Returns the columns of a record. */
  static List<RecordColumn> of(Class<? extends Record> type) {
    List<RecordColumn> columns = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      String column = TYPES.get(component.getType());
      if (column == null) {
        throw new IllegalArgumentException(
            "type: component "
                + component.getName()
                + " of "
                + type.getName()
                + " has type "
                + component.getType().getSimpleName()
                + ", expected boolean, int, long, float, double, their boxes, String or Instant");
      }
      columns.add(new RecordColumn(component.getName(), column));
    }
    return List.copyOf(columns);
  }
}
