package io.mlops4j.bench.scale;

import io.mlops4j.bench.flights.Flights;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Flights that DuckDB writes, as Parquet or CSV. */
final class FlightsCopy {
  private static final long REAL_ROWS = 3_000_000;
  private static final String REAL =
      "SELECT distance::FLOAT AS distance, hour(date)::SMALLINT AS hour,"
          + " isodow(date)::SMALLINT AS weekday, origin, destination"
          + " FROM range(%d) repeated, read_parquet('%s') LIMIT %d";
  private static final String MADE =
      "SELECT (i * 104729 %% 2700 + 50)::FLOAT AS distance, (i %% 24)::SMALLINT AS hour,"
          + " (i %% 7 + 1)::SMALLINT AS weekday, chr(65 + (i %% 26)::INTEGER) || 'AX' AS origin,"
          + " chr(65 + (i %% 17)::INTEGER) || 'BY' AS destination FROM range(%d) t(i)";

  private FlightsCopy() {}

  static void write(Path file, long rows) throws IOException {
    String flights =
        Flights.all()
            .map(
                all -> REAL.formatted(-Math.floorDiv(-rows, REAL_ROWS), all.toAbsolutePath(), rows))
            .orElseGet(() -> MADE.formatted(rows));
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT row_number() OVER () - 1 AS id, * FROM (%s)) TO '%s' (FORMAT %s)"
              .formatted(flights, file, file.toString().endsWith(".csv") ? "csv" : "parquet"));
    } catch (SQLException e) {
      throw new IOException("DuckDB cannot write " + file, e);
    }
  }
}
