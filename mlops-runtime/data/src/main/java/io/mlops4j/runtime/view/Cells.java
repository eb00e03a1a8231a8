package io.mlops4j.runtime.view;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads values of {@link Kind#plain} expressions from a result. */
final class Cells {
  private Cells() {}

  static @Nullable Object read(ResultSet rows, int column, Kind kind) throws SQLException {
    Object value =
        switch (kind) {
          case BOOLEAN -> rows.getBoolean(column);
          case INTEGER -> rows.getLong(column);
          case FLOAT -> rows.getFloat(column);
          case DOUBLE -> rows.getDouble(column);
          case TEXT -> rows.getString(column);
          case TIME -> Times.instant(rows.getLong(column));
        };
    return rows.wasNull() ? null : value;
  }
}
