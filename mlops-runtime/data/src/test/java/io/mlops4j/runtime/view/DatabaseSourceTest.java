package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.Postgres;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views and labels of queries over JDBC. */
class DatabaseSourceTest {
  private static final String EVENTS =
      "SELECT origin AS \"origin\", ts AS \"ts\", delay AS \"delay\" FROM view_events";
  private static final String LABELS =
      "SELECT id AS \"id\", origin AS \"origin\", t AS \"t\" FROM view_labels";

  @TempDir Path folder;

  private static void execute(DataSource database, String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static void fill(DataSource database) throws SQLException {
    execute(
        database,
        "CREATE TABLE view_events (origin VARCHAR(3), ts TIMESTAMP, delay NUMERIC(4, 1))",
        "CREATE TABLE view_labels (id INTEGER, origin VARCHAR(3), t TIMESTAMP)",
        "INSERT INTO view_events VALUES ('JFK', '2001-01-01 14:00:00', 7),"
            + " ('JFK', '2001-01-01 10:00:00', 5.5), ('LAX', '2001-01-01 11:00:00', NULL),"
            + " (NULL, '2001-01-01 11:00:00', 1)",
        "INSERT INTO view_labels VALUES (1, 'JFK', '2001-01-01 13:59:59'),"
            + " (2, 'LAX', '2001-01-01 10:59:59'), (3, 'JFK', '2001-01-01 14:00:00')");
  }

  private static FeatureView view(ModelRuntime runtime, DataSource database, String query) {
    return FeatureView.builder("events")
        .source(FeatureSource.rows("table events", () -> runtime.query(database, query)))
        .sql("SELECT origin, ts, delay::DOUBLE AS delay FROM source")
        .keys("origin")
        .eventTime("ts")
        .build();
  }

  private void joinsAndServes(DataSource database) throws SQLException {
    fill(database);
    try {
      check(database);
    } finally {
      execute(database, "DROP TABLE view_events", "DROP TABLE view_labels");
    }
  }

  private void check(DataSource database) {
    Path out = folder.resolve("out.parquet");
    try (ModelRuntime runtime = ModelRuntime.open()) {
      FeatureView view = view(runtime, database, EVENTS);
      TrainingSet set =
          TrainingSet.builder(
                  FeatureSource.rows("table labels", () -> runtime.query(database, LABELS)), "t")
              .view(view)
              .write(out);
      assertThat(Tables.rows("SELECT id, delay FROM read_parquet('" + out + "')"))
          .containsExactly("1|5.5", "2|null", "3|7.0");
      assertThat(set.joined().get(0).unusable()).isEqualTo(1);

      Clock noon = Clock.fixed(Instant.parse("2001-01-01T12:00:00Z"), ZoneOffset.UTC);
      try (OnlineStore store = OnlineStore.inMemory();
          OnlineFeatures online = OnlineFeatures.builder(view, store).clock(noon).build()) {
        Materialization.builder(view, store).until(noon.instant()).run();
        assertThat(online.read("JFK").orElseThrow().get("delay")).isEqualTo(5.5);
        assertThat(online.read("LAX").orElseThrow().get("delay")).isNull();
      }

      FeatureView fails = view(runtime, database, EVENTS.replace("delay AS", "1 / (delay - 7) AS"));
      assertThatThrownBy(
              () ->
                  TrainingSet.builder(
                          FeatureSource.rows("labels", () -> runtime.query(database, LABELS)), "t")
                      .view(fails)
                      .write(folder.resolve("none.parquet")))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("view events: cannot read rows table events: ")
          .hasMessageContaining("ivision by zero");
      assertThat(folder.resolve("none.parquet")).doesNotExist();
    }
  }

  @Test
  void queriesOfH2AreJoinedAndServed() throws SQLException {
    JdbcDataSource h2 = new JdbcDataSource();
    h2.setURL("jdbc:h2:mem:views");
    try (Connection keepsTheDatabase = h2.getConnection()) {
      assertThat(keepsTheDatabase.isValid(1)).isTrue();
      joinsAndServes(h2);
    }
  }

  @Test
  void queriesOfPostgresAreJoinedAndServed() throws SQLException {
    joinsAndServes(Postgres.server().getPostgresDatabase());
  }
}
