package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Postgres;
import io.mlops4j.fixture.Thorough;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that materialises is killed in the middle, and another one goes on. */
@Thorough("kills")
class KilledMaterialisationTest {
  private static final int SIGKILL = 128 + 9;
  private static final Instant NEWEST =
      ViewChild.MIDNIGHT.plus(Duration.ofMinutes(ViewChild.IN_THE_FILE - 1));

  @TempDir private Path folder;

  @Test
  void anotherProcessGoesOnInPostgresql() throws Exception {
    assertGoesOn(Postgres.server().getJdbcUrl("postgres", "postgres"));
  }

  /** The killed process is the database, too. */
  @Test
  void anotherProcessGoesOnInAFileOfH2() throws Exception {
    assertGoesOn("jdbc:h2:file:" + folder.resolve("online").toAbsolutePath() + ";WRITE_DELAY=0");
  }

  private void assertGoesOn(String address) throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    int until = 10 + new Random(seed).nextInt(ViewChild.PART / 2);
    Path events =
        Tables.write(
            folder.resolve("events.parquet"),
            "SELECT 'K' || k AS k, TIMESTAMP '2001-01-01' + to_minutes(m) AS ts, m AS value FROM range(%d) a(k), range(%d) b(m)"
                .formatted(ViewChild.KEYS, ViewChild.IN_THE_FILE));
    FeatureView view = ViewChild.view(events);
    int told = killedAfter(until, address, events);
    try (OnlineStore store = JdbcOnlineStore.open(address, new Properties())) {
      Materialization rest = ViewChild.all(view, store).run();
      System.out.println("killed after " + told + " keys; " + rest);
      assertThat(rest.resumed()).isBetween((long) told, (long) ViewChild.PART);
      assertThat(rest.older())
          .as("at most the batch of which there was no note")
          .isBetween(0L, (long) ViewChild.BATCH);
      assertThat(rest.resumed() + rest.older() + rest.written()).isEqualTo(ViewChild.KEYS);
      assertThat(rows(address, view)).as("each key once").isEqualTo(ViewChild.KEYS);
      try (OnlineFeatures online = OnlineFeatures.builder(view, store).build()) {
        List<List<String>> keys = new ArrayList<>();
        for (int key = 0; key < ViewChild.KEYS; key++) {
          keys.add(List.of("K" + key));
        }
        for (Optional<FeatureRow> row : online.readAll(keys)) {
          assertThat(row.orElseThrow().eventTime()).isEqualTo(NEWEST);
          assertThat(row.orElseThrow().get("value")).isEqualTo(ViewChild.IN_THE_FILE - 1L);
        }
      }
    }
  }

  /** Returns the keys that a process had written, by its own word, when it was killed. */
  private static int killedAfter(int until, String address, Path events) throws Exception {
    Process child = ViewChild.start("part", address, events.toString());
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      int told = 0;
      while (told < until) {
        told = Integer.parseInt(String.valueOf(out.readLine()));
      }
      assertThat(child.isAlive()).isTrue();
      return told;
    } finally {
      child.destroyForcibly();
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isEqualTo(SIGKILL);
    }
  }

  private static long rows(String address, FeatureView view) throws Exception {
    try (Connection connection = DriverManager.getConnection(address);
        PreparedStatement count =
            connection.prepareStatement(
                "SELECT count(*) FROM mlops4j_online_feature WHERE view_name = ?")) {
      count.setString(1, view.stored());
      try (ResultSet row = count.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
