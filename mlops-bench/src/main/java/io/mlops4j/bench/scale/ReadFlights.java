package io.mlops4j.bench.scale;

import io.mlops4j.bench.flights.Flights;
import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;

/**
 * Reads delay, distance, origin and destination of all flights and adds up numbers and the lengths
 * of texts: by {@code runtime.read}, or by the result set of DuckDB's JDBC driver.
 *
 * <p>The files are the 3 M flights of {@code vega-datasets} where they are installed, otherwise as
 * many made flights with the same columns. A CSV file is written from them first.
 */
abstract class ReadFlights implements Side {
  private static final String MADE =
      "SELECT (i * 7919 %% 180 - 30)::BIGINT AS delay, (i * 104729 %% 2700 + 50)::BIGINT AS"
          + " distance, chr(65 + (i %% 26)::INTEGER) || 'AX' AS origin, chr(65 + (i %%"
          + " 17)::INTEGER) || 'BY' AS destination FROM range(%d) t(i)";
  private static final String REAL =
      "SELECT delay::BIGINT AS delay, distance::BIGINT AS distance, origin, destination"
          + " FROM read_parquet('%s') LIMIT %d";
  private static final double GOAL = 0.5;

  private final Path folder = Files.createTempDirectory("flights");
  final Path file;

  private ReadFlights(String format, int rows) throws IOException {
    file = folder.resolve("flights." + format);
    String flights =
        Flights.all()
            .map(all -> REAL.formatted(all.toAbsolutePath(), rows))
            .orElseGet(() -> MADE.formatted(rows));
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute("COPY (" + flights + ") TO '" + file + "' (FORMAT " + format + ")");
    } catch (SQLException e) {
      throw new IOException("DuckDB cannot write " + file, e);
    }
  }

  static Comparison comparison(String format, int rows) {
    return new Comparison(
        "scale." + format + ".duckdb",
        "reads %d flights, 2 numbers and 2 texts each, from %s; %s"
            .formatted(rows, format, FlightsFile.data()),
        "DuckDB's JDBC result set, streamed",
        GOAL,
        () -> new Batches(format, rows),
        () -> new Rows(format, rows));
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(folder);
  }

  /** Ours. */
  private static final class Batches extends ReadFlights {
    private final ModelRuntime runtime = ModelRuntime.open();

    Batches(String format, int rows) throws IOException {
      super(format, rows);
    }

    @Override
    public float run() {
      long sum = 0;
      try (FeatureReader reader = runtime.read(file)) {
        for (FeatureBatch batch : reader) {
          sum += numbers(batch, "delay") + numbers(batch, "distance");
          sum += lengths(batch, "origin") + lengths(batch, "destination");
        }
      }
      return sum;
    }

    private static long numbers(FeatureBatch batch, String column) {
      BigIntVector values = (BigIntVector) batch.column(column);
      long sum = 0;
      for (int row = 0; row < batch.rows(); row++) {
        sum += values.get(row);
      }
      return sum;
    }

    private static long lengths(FeatureBatch batch, String column) {
      VarCharVector values = (VarCharVector) batch.column(column);
      long sum = 0;
      for (int row = 0; row < batch.rows(); row++) {
        sum += values.getValueLength(row);
      }
      return sum;
    }

    @Override
    public void close() throws IOException {
      runtime.close();
      super.close();
    }
  }

  /** Theirs. */
  private static final class Rows extends ReadFlights {
    Rows(String format, int rows) throws IOException {
      super(format, rows);
    }

    @Override
    public float run() throws SQLException {
      long sum = 0;
      try (Connection duckdb =
              DriverManager.getConnection("jdbc:duckdb:;jdbc_stream_results=true");
          Statement statement = duckdb.createStatement();
          ResultSet row = statement.executeQuery("SELECT * FROM '" + file + "'")) {
        while (row.next()) {
          sum += row.getLong(1) + row.getLong(2);
          sum += row.getString(3).length() + row.getString(4).length();
        }
      }
      return sum;
    }
  }
}
