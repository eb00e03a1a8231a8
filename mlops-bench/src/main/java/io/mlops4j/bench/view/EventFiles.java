package io.mlops4j.bench.view;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Events and labels as Parquet files in a folder of their own.
 *
 * @param folder the folder, deleted by {@link #delete}
 */
record EventFiles(Path folder) {
  private static final int KEYS = 10_000;

  /** Writes events in the order of their times, a second and a half apart, with four features. */
  static EventFiles write(long events, long labels) throws IOException, SQLException {
    EventFiles files = new EventFiles(Files.createTempDirectory("mlops4j-events"));
    run(
        "COPY (SELECT (hash(i) %% %d)::BIGINT AS k, TIMESTAMP '2001-01-01' + to_milliseconds(i * 1500) AS ts,"
                .formatted(KEYS)
            + " (i % 1000)::DOUBLE AS a, hash(i, 1) / 1e19 AS b, hash(i, 2) / 1e19 AS c, hash(i, 3) / 1e19 AS d"
            + " FROM range(%d) t(i)) TO '%s' (FORMAT parquet)".formatted(events, files.events()));
    run(
        "COPY (SELECT i AS id, (hash(i, 4) %% %d)::BIGINT AS k, TIMESTAMP '2001-01-01' + to_milliseconds("
                .formatted(KEYS)
            + "(hash(i, 5) %% (%d::BIGINT * 1500))::BIGINT) AS t, (i %% 2)::INTEGER AS y FROM range(%d) t(i)) TO '%s'"
                .formatted(events, labels, files.labels())
            + " (FORMAT parquet)");
    return files;
  }

  static void run(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  Path events() {
    return folder.resolve("events.parquet");
  }

  Path labels() {
    return folder.resolve("labels.parquet");
  }

  Path out() {
    return folder.resolve("out.parquet");
  }

  void delete() throws IOException {
    Files.deleteIfExists(events());
    Files.deleteIfExists(labels());
    Files.deleteIfExists(out());
    Files.delete(folder);
  }
}
