package io.mlops4j.bench.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Flights as a Parquet file: a number as key, and the features of the quickstart's model. They are
 * those of {@code vega-datasets} where it is installed, otherwise made ones.
 */
public final class FlightsParquet {
  private static final Path ALL = Path.of("node_modules/vega-datasets/data/flights-3m.parquet");
  private static final String REAL =
      "SELECT distance::FLOAT AS distance, hour(date)::SMALLINT AS hour,"
          + " isodow(date)::SMALLINT AS weekday, origin, destination"
          + " FROM read_parquet('%s') LIMIT %d";
  private static final String MADE =
      "SELECT (i * 104729 %% 2700 + 50)::FLOAT AS distance, (i %% 24)::SMALLINT AS hour,"
          + " (i %% 7 + 1)::SMALLINT AS weekday, chr(65 + (i %% 26)::INTEGER) || 'AX' AS origin,"
          + " chr(65 + (i %% 17)::INTEGER) || 'BY' AS destination FROM range(%d) t(i)";

  private FlightsParquet() {}

  /**
   * Writes flights.
   *
   * @param file the file, which is replaced
   * @param rows at most this many; there are 3 M
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, long rows) throws IOException {
    String flights =
        Files.exists(ALL) ? REAL.formatted(ALL.toAbsolutePath(), rows) : MADE.formatted(rows);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT row_number() OVER () - 1 AS id, * FROM ("
              + flights
              + ")) TO '"
              + file
              + "' (FORMAT parquet)");
    } catch (SQLException e) {
      throw new IOException("DuckDB cannot write " + file, e);
    }
  }
}
