package io.mlops4j.bench.flights;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Flights in a Parquet file, read by DuckDB. */
final class Parquet {
  private static final String QUERY =
      "SELECT distance::INTEGER, hour(date)::INTEGER, isodow(date)::INTEGER, origin, destination"
          + " FROM read_parquet(?)";

  private Parquet() {}

  static Flights read(Path file) throws IOException {
    Flights.Columns columns = new Flights.Columns();
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        PreparedStatement query = duckdb.prepareStatement(QUERY)) {
      query.setString(1, file.toString());
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          columns.add(
              row.getInt(1), row.getInt(2), row.getInt(3), row.getString(4), row.getString(5));
        }
      }
    } catch (SQLException e) {
      throw new IOException(
          file
              + ": found what DuckDB cannot read, expected flights with date, distance, origin and"
              + " destination ("
              + e.getMessage()
              + ")",
          e);
    }
    return columns.build();
  }
}
