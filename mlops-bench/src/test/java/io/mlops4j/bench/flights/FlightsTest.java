package io.mlops4j.bench.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightsTest {
  @TempDir Path folder;

  @Test
  void theSampleIsWhatItsReadMeSays() {
    Flights flights = Flights.sample();
    assertThat(flights.rows()).isEqualTo(25_000);
    for (int row = 0; row < flights.rows(); row++) {
      assertThat(flights.hour(row)).isBetween(0, 23);
      assertThat(flights.weekday(row)).isBetween(1, 7);
      assertThat(flights.distance(row)).isPositive();
      assertThat(flights.origin(row)).isLessThan(flights.airports());
      assertThat(flights.destination(row)).isLessThan(flights.airports());
    }
  }

  @Test
  void parquetIsReadInItsOrder() throws Exception {
    Path file = folder.resolve("it's.parquet");
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT * FROM (VALUES"
              + " (TIMESTAMP '2001-01-01 00:01:00', 14::BIGINT, 2176::BIGINT, 'LAS', 'PHL'),"
              + " (TIMESTAMP '2001-06-30 23:59:00', -3::BIGINT, 215::BIGINT, 'ATL', 'LAS'))"
              + " t(date, delay, distance, origin, destination)) TO '"
              + file.toString().replace("'", "''")
              + "' (FORMAT parquet)");
    }
    Flights flights = Flights.read(file);
    assertThat(flights.rows()).isEqualTo(2);
    assertThat(flights.airports()).isEqualTo(3);
    assertThat(flights.distance(0)).isEqualTo(2176);
    assertThat(flights.hour(0)).isZero();
    assertThat(flights.hour(1)).isEqualTo(23);
    assertThat(flights.weekday(0)).isEqualTo(1); // a Monday
    assertThat(flights.weekday(1)).isEqualTo(6);
    assertThat(flights.destination(1)).isEqualTo(flights.origin(0));
  }

  @Test
  void anotherFileIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("flights.parquet"), "no flights");
    assertThatThrownBy(() -> Flights.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("flights.parquet")
        .hasMessageContaining("date, distance, origin");
  }
}
