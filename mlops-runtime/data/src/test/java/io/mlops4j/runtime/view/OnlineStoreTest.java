package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.Postgres;
import io.mlops4j.runtime.view.OnlineStore.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every store must do. */
class OnlineStoreTest {
  private static int databases;

  interface Opener {
    OnlineStore open();
  }

  record Kind(String name, Opener opener) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> stores() {
    return Stream.of(
        new Kind("memory", OnlineStore::inMemory),
        new Kind(
            "H2",
            () ->
                JdbcOnlineStore.open(
                    JdbcConnectionPool.create(
                        "jdbc:h2:mem:online" + databases++ + ";DB_CLOSE_DELAY=-1", "sa", ""))),
        new Kind("Redis", RedisServer::open),
        new Kind(
            "PostgreSQL", () -> JdbcOnlineStore.open(Postgres.server().getPostgresDatabase())));
  }

  private static Row row(String key, long event, long created, int... content) {
    byte[] bytes = new byte[content.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) content[i];
    }
    return new Row(key, event, created, Long.MAX_VALUE, bytes);
  }

  @ParameterizedTest
  @MethodSource("stores")
  void returnsTheNewestRowOfEachKey(Kind kind) {
    try (OnlineStore store = kind.opener().open()) {
      String view = "newest/" + kind;
      assertThat(store.read(view, List.of("[1]", "[2]"))).isEmpty();
      assertThat(store.write(view, List.of(row("[1]", 5, 5, 1), row("[2]", 5, 5, 2)))).isEqualTo(2);
      assertThat(store.write(view, List.of(row("[1]", 4, 9, 3)))).as("an older event").isZero();
      assertThat(store.write(view, List.of(row("[1]", 5, 5, 1)))).as("the same row").isZero();
      assertThat(store.write(view, List.of(row("[1]", 5, 4, 7))))
          .as("an older correction")
          .isZero();
      assertThat(store.write(view, List.of(row("[1]", 5, 6, 4)))).as("a correction").isEqualTo(1);
      assertThat(store.write(view, List.of(row("[1]", 5, 6, 0x80))))
          .as("bytes are unsigned")
          .isEqualTo(1);
      assertThat(store.write(view, List.of(row("[1]", 5, 6, 0x7f, 1)))).isZero();
      assertThat(store.write(view, List.of(row("[2]", 6, 6), row("[2]", 7, 7), row("[2]", 3, 3))))
          .isEqualTo(2);
      assertThat(store.read(view, List.of("[1]", "[2]", "[3]")))
          .isEqualTo(Map.of("[1]", row("[1]", 5, 6, 0x80), "[2]", row("[2]", 7, 7)));
      assertThat(store.read("other" + kind, List.of("[1]"))).isEmpty();
      assertThat(store.read(view, List.of())).isEmpty();
      assertThat(store.write(view, List.of())).isZero();
      store.write(view, List.of(row("[\"ü'\\\"%\"]", -5, 0, 1)));
      assertThat(store.read(view, List.of("[\"ü'\\\"%\"]"))).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("stores")
  void deletesExpiredRows(Kind kind) {
    try (OnlineStore store = kind.opener().open()) {
      String view = "expired/" + kind;
      store.write(
          view,
          List.of(
              new Row("[1]", 1, 1, 1_000_000, new byte[0]),
              new Row("[2]", 1, 1, 2_000_000, new byte[0])));
      if (kind.name().equals("Redis")) {
        assertThat(store.read(view, List.of("[1]", "[2]")))
            .as("the server's clock decides")
            .isEmpty();
        return;
      }
      assertThat(store.deleteExpired(Instant.ofEpochSecond(2))).isEqualTo(1);
      assertThat(store.read(view, List.of("[1]", "[2]"))).containsOnlyKeys("[2]");
      store.deleteExpired(Instant.ofEpochSecond(3));
    }
  }

  @ParameterizedTest
  @MethodSource("stores")
  void endsWithTheNewestRowInAnyOrderOfWrites(Kind kind) throws Exception {
    int writers = 4;
    int keys = 40;
    int events = 30;
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try (OnlineStore store = kind.opener().open()) {
      String view = "order/" + kind;
      List<Callable<Integer>> work = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        Random random = new Random(writer);
        List<Row> rows = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
          for (int event = 0; event < events; event++) {
            rows.add(row("[" + key + "]", event, event, random.nextInt(3)));
          }
        }
        Collections.shuffle(rows, random);
        work.add(
            () -> {
              int written = 0;
              for (int from = 0; from < rows.size(); from += 100) {
                written += store.write(view, rows.subList(from, Math.min(rows.size(), from + 100)));
              }
              return written;
            });
      }
      for (Future<Integer> each : threads.invokeAll(work)) {
        each.get();
      }
      List<String> all = new ArrayList<>();
      for (int key = 0; key < keys; key++) {
        all.add("[" + key + "]");
      }
      Map<String, Row> found = store.read(view, all);
      assertThat(found).hasSize(keys);
      assertThat(found.values())
          .allSatisfy(each -> assertThat(each.eventMicros()).isEqualTo(events - 1));
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void namesADatabaseThatCannotBeUsed() {
    assertThatThrownBy(() -> JdbcOnlineStore.open("jdbc:nothing:x", new Properties()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no driver");
    assertThatThrownBy(() -> JdbcOnlineStore.open("jdbc:duckdb:", new Properties()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found duckdb, expected PostgreSQL or H2");
    assertThatThrownBy(
            () -> JdbcOnlineStore.open("jdbc:postgresql://localhost:1/none", new Properties()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cannot open the store");
  }

  @Test
  void namesARedisServerThatCannotBeUsed() {
    assertThatThrownBy(() -> RedisOnlineStore.builder("localhost", 1).open())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("online store at localhost:1: cannot connect");
    OnlineStore store = RedisServer.open();
    int port = Objects.requireNonNull(RedisServer.running()).port();
    assertThatThrownBy(() -> RedisOnlineStore.builder("127.0.0.1", port).user("", "wrong").open())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("WRONGPASS");
    store.close();
    assertThatThrownBy(() -> store.read("v", List.of("[1]")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aClosedStoreOpensNoConnection() {
    OnlineStore store =
        JdbcOnlineStore.open("jdbc:h2:mem:closed;DB_CLOSE_DELAY=-1", new Properties());
    store.close();
    assertThatThrownBy(() -> store.read("view", List.of("[1]")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("connections to jdbc:h2:mem:closed are closed");
  }

  @Test
  void reopensWhatAnotherProcessWrote() {
    String address = "jdbc:h2:mem:again;DB_CLOSE_DELAY=-1";
    try (OnlineStore first = JdbcOnlineStore.open(address, new Properties());
        OnlineStore second = JdbcOnlineStore.open(address, new Properties())) {
      first.write("v", List.of(row("[1]", 1, 1, 1)));
      assertThat(second.read("v", List.of("[1]"))).hasSize(1);
      assertThat(second.write("v", List.of(row("[1]", 0, 0, 1)))).isZero();
    }
  }
}
