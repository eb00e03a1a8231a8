package io.mlops4j.runtime.view;

import static io.mlops4j.runtime.view.Patience.again;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.Postgres;
import io.mlops4j.fixture.TestPool;
import io.mlops4j.fixture.Thorough;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL whose processes are stopped takes connections and never answers; one that ended
 * takes none.
 */
@Thorough("stopped databases")
class StoppedPostgresTest {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  /** Limits to connect and for the answer; the rest is for a busy machine. */
  private static final Duration PROMPT = Duration.ofSeconds(20);

  private static final Duration TO_LIVE = Duration.ofHours(2);
  private static final FeatureView VIEW =
      FeatureView.builder("events")
          .source(FeatureSource.sql("SELECT 1"))
          .keys("k")
          .eventTime("ts")
          .timeToLive(TO_LIVE)
          .build();

  @TempDir private Path folder;
  private final MovedClock clock = new MovedClock(Instant.parse("2001-01-01T12:00:00Z"));
  private final PGSimpleDataSource source = new PGSimpleDataSource();
  private EmbeddedPostgres server;

  @BeforeEach
  void startServer() throws SQLException {
    server = Postgres.own(folder.resolve("data"));
    source.setUrl(server.getJdbcUrl("postgres", "postgres"));
    source.setLoginTimeout((int) LIMIT.toSeconds());
  }

  @AfterEach
  void endServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private void signal(String signal) throws Exception {
    Postgres.signal(folder.resolve("data"), signal);
  }

  private OnlineFeatures online(OnlineStore store) {
    return OnlineFeatures.builder(VIEW, store)
        .clock(clock)
        .refreshAfter(Duration.ofSeconds(10))
        .expireAfter(Duration.ofHours(1))
        .build();
  }

  private static void failsInTime(String message, Runnable work) {
    long before = System.nanoTime();
    assertThatThrownBy(work::run)
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message)
        .hasMessageEndingWith("; check the database and the rights of its user, and try again");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PROMPT);
  }

  private static void isCached(OnlineFeatures online, String key) {
    for (int i = 0; i < 1_000; i++) {
      assertThat(online.read(key).orElseThrow().get("x")).isEqualTo(1L);
    }
  }

  /** What a service sees while the database is away, whatever the reason. */
  private void servesUntilRowsExpire(OnlineFeatures online) {
    isCached(online, "old");
    isCached(online, "new");
    failsInTime("cannot read rows: ", () -> online.read("absent"));
    failsInTime(
        "cannot read rows: ", () -> online.readAll(List.of(List.of("new"), List.of("absent"))));
    clock.pass(Duration.ofMinutes(30)); // behind the time of refresh
    isCached(online, "new");
    assertThat(online.read("old")).as("its time to live has passed").isEmpty();
    clock.pass(Duration.ofMinutes(31)); // behind the time of expiry
    failsInTime("cannot read rows: ", () -> online.read("new"));
  }

  private List<Optional<FeatureRow>> write(OnlineFeatures online) {
    online.write(clock.instant().minus(TO_LIVE).plusSeconds(60), Map.of("x", 1), "old");
    online.write(clock.instant(), Map.of("x", 1), "new");
    return online.readAll(List.of(List.of("old"), List.of("new")));
  }

  @Test
  void cachedRowsAreServedUntilTheyExpireWhileTheServerIsStopped() throws Exception {
    try (OnlineStore store = again(() -> JdbcOnlineStore.open(source, LIMIT));
        OnlineFeatures online = online(store)) {
      again(() -> write(online));
      signal("-STOP");
      try {
        servesUntilRowsExpire(online);
      } finally {
        signal("-CONT");
      }
      assertThat(again(() -> online.read("new")).orElseThrow().get("x")).isEqualTo(1L);
    }
  }

  /** A pool has connections already, which no time limit to connect protects. */
  @Test
  void anOpenConnectionIsGivenUpAfterTheTimeLimit() throws Exception {
    try (TestPool pool = new TestPool(source, true);
        OnlineStore store = again(() -> JdbcOnlineStore.open(pool, LIMIT))) {
      assertThat(again(() -> store.read("v", List.of("[1]")))).isEmpty();
      signal("-STOP");
      try {
        failsInTime("cannot read rows: An I/O error", () -> store.read("v", List.of("[1]")));
      } finally {
        signal("-CONT");
      }
      assertThat(again(() -> store.read("v", List.of("[1]")))).isEmpty();
    }
  }

  @Test
  void cachedRowsAreServedUntilTheyExpireAfterTheServerEnded() throws Exception {
    try (OnlineStore store = again(() -> JdbcOnlineStore.open(source, LIMIT));
        OnlineFeatures online = online(store)) {
      again(() -> write(online));
      int port = server.getPort();
      server.close();
      servesUntilRowsExpire(online);
      server = Postgres.start(folder.resolve("data"), port);
      assertThat(again(() -> online.read("new")).orElseThrow().get("x")).isEqualTo(1L);
    }
  }
}
