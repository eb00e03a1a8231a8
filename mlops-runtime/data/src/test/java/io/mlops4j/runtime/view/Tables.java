package io.mlops4j.runtime.view;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Writes and reads files with DuckDB alone. */
final class Tables {
  private Tables() {}

  /** Writes the rows of a query as Parquet. */
  static Path write(Path file, String query) {
    run("COPY (" + query + ") TO '" + file + "' (FORMAT parquet)");
    return file;
  }

  /** Returns rows as texts, with {@code |} between values. */
  static List<String> rows(String query) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> all = new ArrayList<>();
      while (rows.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          cells.add(rows.getString(i));
        }
        all.add(String.join("|", cells));
      }
      return all;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  static List<String> rows(Path file) {
    return rows("SELECT * FROM read_parquet('" + file + "')");
  }

  private static void run(String sql) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
