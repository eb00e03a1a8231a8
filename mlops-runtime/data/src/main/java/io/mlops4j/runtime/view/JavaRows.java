package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.duckdb.RowAppender;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Passes rows of DuckDB through Java code into a table of DuckDB. */
final class JavaRows {
  private JavaRows() {}

  /** Returns the name of a table with the transformed rows of a query. */
  static <R extends Record> String transformed(
      Offline offline, String what, String query, FeatureView.JavaStep<R> step) {
    List<Kind> kinds = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<String> select = new ArrayList<>();
    for (Map.Entry<String, String> column : offline.columns(what, query).entrySet()) {
      Kind kind = Kind.of(column.getValue());
      if (kind != null) { // a transform cannot see columns of other types
        kinds.add(kind);
        names.add(column.getKey());
        select.add(kind.plain(Sql.name(column.getKey()), column.getValue()));
      }
    }
    String table = offline.table();
    offline.run(
        what,
        "CREATE TABLE "
            + table
            + " ("
            + RecordColumn.of(step.type()).stream()
                .map(each -> Sql.name(each.name()) + " " + each.type())
                .collect(Collectors.joining(", "))
            + ")");
    FeatureRow.Names shared = new FeatureRow.Names(names);
    Method[] components = components(what, step.type());
    String from = "SELECT " + String.join(", ", select) + " FROM (" + query + "\n)";
    long row = 0;
    try (Connection reading = RowAppender.second(offline.connection());
        Statement statement = reading.createStatement();
        ResultSet rows = statement.executeQuery(from);
        RowAppender appender = RowAppender.to(offline.connection(), table)) {
      while (rows.next()) {
        row++;
        @Nullable Object[] values = new @Nullable Object[kinds.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = Cells.read(rows, i + 1, kinds.get(i));
        }
        R made = step.code().apply(new FeatureRow(shared, values, 0));
        if (made != null) {
          appender.append(values(components, made));
        }
      }
      return table;
    } catch (SQLException e) {
      throw Offline.failed(what, e);
    } catch (ReflectiveOperationException e) {
      throw new DataException(what + ": cannot read the components of " + step.type().getName(), e);
    } catch (DataException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new DataException(
          what
              + ": the transform failed at row "
              + row
              + " of its input: "
              + e
              + "; nothing was written",
          e);
    }
  }

  private static Method[] components(String what, Class<? extends Record> type) {
    RecordComponent[] components = type.getRecordComponents();
    Method[] accessors = new Method[components.length];
    for (int i = 0; i < components.length; i++) {
      accessors[i] = components[i].getAccessor();
      if (!accessors[i].trySetAccessible()) {
        throw new DataException(
            what
                + ": cannot read record "
                + type.getName()
                + "; make it public in an exported package,"
                + " or open its package to io.mlops4j.runtime",
            null);
      }
    }
    return accessors;
  }

  private static @Nullable Object[] values(Method[] accessors, Record row)
      throws ReflectiveOperationException {
    @Nullable Object[] values = new @Nullable Object[accessors.length];
    for (int i = 0; i < values.length; i++) {
      Object value = accessors[i].invoke(row);
      values[i] = value instanceof Instant time ? Times.instant(Times.micros(time)) : value;
    }
    return values;
  }
}
