package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.fixture.Postgres;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code predict MODEL jdbc:... OUT}: all rows of a query, with real databases. */
class PredictQueryTest {
  private static final Path QUICKSTART = Path.of("../../samples/quickstart").toAbsolutePath();
  private static final Path MODEL = QUICKSTART.resolve("models/flight-delay-1.onnx");
  private static final String QUERY =
      "SELECT id, distance, hour_of_day AS \"hour\", weekday, origin, destination FROM"
          + " flights_asked ORDER BY id";

  /** Each of the golden rows this often, so that there are several batches. */
  private static final int TIMES = 3_000;

  @TempDir private Path temporary;
  private final List<double[]> expected = new ArrayList<>();
  private Connection connection;
  private String address;

  @AfterEach
  void drop() throws SQLException {
    if (connection == null) { // there is no such database here, and the test was skipped
      return;
    }
    try (Connection open = connection;
        Statement statement = open.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS flights_asked");
    }
  }

  private void open(String database) throws Exception {
    address =
        database.equals("h2")
            ? "jdbc:h2:mem:asked"
            : Postgres.server().getJdbcUrl("postgres", "postgres");
    connection = DriverManager.getConnection(address);
    List<String[]> golden =
        Files.readAllLines(QUICKSTART.resolve("models/golden-1.csv")).stream()
            .skip(1)
            .map(line -> line.split(","))
            .toList();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < golden.size(); i++) {
      String[] row = golden.get(i);
      values.add(
          "(%d, CAST(%s AS REAL), CAST(%s AS BIGINT), CAST(%s AS BIGINT), '%s', '%s')"
              .formatted(i, row[0], row[1], row[2], row[3], row[4]));
    }
    for (int i = 0; i < TIMES * golden.size(); i++) {
      expected.add(new double[] {i, Double.parseDouble(golden.get(i % golden.size())[5])});
    }
    String series =
        database.equals("h2") ? "SYSTEM_RANGE(0, %d) s(n)" : "generate_series(0, %d) s(n)";
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS flights_asked");
      statement.execute(
          "CREATE TABLE flights_asked AS SELECT n * %d + i AS id, distance, hour_of_day, weekday, origin, destination FROM %s, (VALUES %s) v(i, distance, hour_of_day, weekday, origin, destination)"
              .formatted(golden.size(), series.formatted(TIMES - 1), String.join(", ", values)));
    }
  }

  private Line.Said predict(Path out, String query, String... more) {
    List<Object> args = new ArrayList<>(List.of("predict", MODEL, address, out, "--query", query));
    args.addAll(List.of(more));
    return Line.withoutRegistry().run(args.toArray());
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(temporary)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"h2, scored.arrow", "postgres, scored.parquet"})
  void scoresAllRowsOfAQuery(String database, String name) throws Exception {
    open(database);
    Path out = temporary.resolve(name);
    Line.Said said = predict(out, QUERY, "--keep", "id", "--progress");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.out()).isEqualTo(expected.size() + " rows in " + out + "\n");
    assertThat(said.err()).contains("predict  %,d rows, 100%%".formatted(expected.size()));
    int row = 0;
    try (ModelRuntime runtime = ModelRuntime.open();
        FeatureReader reader = runtime.read(out)) {
      for (FeatureBatch batch : reader) {
        for (int i = 0; i < batch.rows(); i++, row++) {
          Number id = (Number) batch.column("id").getObject(i);
          Number probability = (Number) batch.column("probability").getObject(i);
          double[] wanted = expected.get(row);
          if (id.longValue() != (long) wanted[0]
              || Math.abs(probability.doubleValue() - wanted[1]) > 1e-5) {
            throw new AssertionError("row " + row + ": found " + id + ", " + probability);
          }
        }
      }
    }
    assertThat(row).isEqualTo(expected.size());
    assertThat(files()).containsExactly(name);
  }

  /** The division fails at one row, when earlier ones were scored. */
  @ParameterizedTest
  @CsvSource({"h2", "postgres"})
  void aQueryThatFailsHalfWayNamesTheRowsBefore(String database) throws Exception {
    open(database);
    String fails =
        QUERY.replace("hour_of_day", "hour_of_day + 0 / (id - 40000)").replace(" ORDER BY id", "");
    String all = address;
    if (database.equals("h2")) {
      address += ";LAZY_QUERY_EXECUTION=1"; // otherwise H2 computes all rows first
    }
    Path out = temporary.resolve("scored.arrow");
    Line.Said said = predict(out, fails, "--keep", "id");
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err())
        .containsPattern("the query: failed after \\d{5} rows: .*(?i:division by zero)")
        .contains("SQL state 22012");
    assertThat(files()).isEmpty();
    address = all;
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    open("h2");
    Path out = temporary.resolve("scored.arrow");
    assertThat(predict(out, QUERY, "--keep", "flight").err()).contains("found no column flight");
    assertThat(predict(out, QUERY.replace("weekday, ", "")).err())
        .contains("found no column weekday");
    assertThat(predict(temporary.resolve("scored.csv"), QUERY).err()).contains(".parquet");
    assertThat(files()).isEmpty();
  }
}
