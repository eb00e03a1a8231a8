package io.mlops4j.runtime.view;

import static io.mlops4j.runtime.view.Patience.again;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.Thorough;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A Redis server that is stopped takes connections and never answers; one that ended takes none.
 */
@Thorough("stopped databases")
class StoppedRedisTest {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  /** Two limits: to connect, and for the answer; the rest is for a busy machine. */
  private static final Duration PROMPT = Duration.ofSeconds(20);

  private final Instant now = Instant.now();
  private static final FeatureView VIEW =
      FeatureView.builder("events")
          .source(FeatureSource.sql("SELECT 1"))
          .keys("k")
          .eventTime("ts")
          .build();

  private @Nullable RedisServer server;

  @BeforeEach
  void startServer() throws Exception {
    server = RedisServer.own();
  }

  @AfterEach
  void endServer() throws Exception {
    if (server != null) { // else there is none, and the test was skipped
      server.end();
    }
  }

  private OnlineStore open() {
    return RedisOnlineStore.builder("127.0.0.1", server.port())
        .user("", RedisServer.PASSWORD)
        .timeout(LIMIT)
        .open();
  }

  private static void failsInTime(String message, Runnable work) {
    long before = System.nanoTime();
    assertThatThrownBy(work::run).isInstanceOf(DataException.class).hasMessageContaining(message);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PROMPT);
  }

  @Test
  void aStoppedServerIsGivenUpAfterTheTimeLimit() throws Exception {
    try (OnlineStore store = open();
        OnlineFeatures online =
            OnlineFeatures.builder(VIEW, store).refreshAfter(Duration.ofMillis(1)).build()) {
      online.write(now, Map.of("x", 1), "a");
      online.read("a");
      server.signal("-STOP");
      try {
        failsInTime("cannot read rows: ", () -> online.read("b"));
        failsInTime(
            "cannot read rows: ", () -> online.readAll(List.of(List.of("a"), List.of("c"))));
        failsInTime("cannot write rows: ", () -> online.write(now, Map.of("x", 2), "b"));
        failsInTime("cannot connect: ", this::open);
        for (int i = 0; i < 1_000; i++) {
          assertThat(online.read("a").orElseThrow().get("x")).as("cached").isEqualTo(1L);
        }
      } finally {
        server.signal("-CONT");
      }
      Optional<FeatureRow> unused = again(() -> online.read("b")); // until the server answers
      assertThat(online.write(now.plusSeconds(1), Map.of("x", 3), "a")).isTrue();
      assertThat(online.read("a").orElseThrow().get("x")).isEqualTo(3L);
    }
  }

  @Test
  void aServerThatEndedIsNamedAndUsedAgainWhenItIsBack() throws Exception {
    try (OnlineStore store = open();
        OnlineFeatures online = OnlineFeatures.builder(VIEW, store).build()) {
      online.write(now, Map.of("x", 1), "a");
      server.end();
      failsInTime("online store at 127.0.0.1:" + server.port(), () -> online.read("a"));
      server = server.again();
      assertThat(online.read("a")).as("this server keeps nothing on a disk").isEmpty();
      assertThat(online.write(now, Map.of("x", 2), "a")).isTrue();
      assertThat(online.read("a").orElseThrow().get("x")).isEqualTo(2L);
    }
  }
}
