package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.Waits;
import java.lang.Thread.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class OnlineFeaturesTest {
  private static final Instant NOON = Instant.parse("2001-01-01T12:00:00Z");
  private static final FeatureView VIEW =
      FeatureView.builder("events")
          .source(FeatureSource.sql("SELECT 1"))
          .keys("origin", "gate")
          .eventTime("ts")
          .timeToLive(Duration.ofHours(2))
          .build();

  /** A store that counts reads, and fails on demand. */
  private static final class CaffeineLog extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("com.github.benmanes.caffeine");
    final List<String> lines = new CopyOnWriteArrayList<>();

    CaffeineLog() {
      logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord line) {
      lines.add(line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }

  private static class CountedStore implements OnlineStore {
    private final OnlineStore inner = OnlineStore.inMemory();
    final AtomicInteger reads = new AtomicInteger();
    volatile boolean broken;

    @Override
    public int write(String view, List<Row> rows) {
      return inner.write(view, rows);
    }

    @Override
    public Map<String, Row> read(String view, Collection<String> keys) {
      reads.incrementAndGet();
      if (broken) {
        throw new DataException("store: away", null);
      }
      return inner.read(view, keys);
    }

    @Override
    public long deleteExpired(Instant before) {
      return inner.deleteExpired(before);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private final MovedClock clock = new MovedClock(NOON);
  private final CountedStore store = new CountedStore();
  private final OnlineFeatures online =
      OnlineFeatures.builder(VIEW, store)
          .clock(clock)
          .refreshAfter(Duration.ofHours(9))
          .expireAfter(Duration.ofSeconds(30))
          .build();

  private static Map<String, Object> features(Object delay) {
    Map<String, Object> features = new HashMap<>();
    features.put("delay", delay);
    features.put("note", null);
    return features;
  }

  @Test
  void returnsWhatWasWritten() {
    Map<String, Object> all =
        Map.of("a", true, "b", 2, "c", 3L, "d", 0.1f, "e", Double.NaN, "f", "ü", "g", NOON);
    assertThat(online.write(NOON, all, "JFK", 12)).isTrue();
    FeatureRow row = online.read("JFK", 12L).orElseThrow();
    assertThat(row.names()).containsExactly("a", "b", "c", "d", "e", "f", "g");
    assertThat(row.toMap())
        .isEqualTo(
            Map.of("a", true, "b", 2L, "c", 3L, "d", 0.1f, "e", Double.NaN, "f", "ü", "g", NOON));
    assertThat(row.eventTime()).isEqualTo(NOON);
    assertThat(row.number("a")).isEqualTo(1);
    assertThat(row.floats("b", "d")).containsExactly(2f, 0.1f);
    assertThatThrownBy(() -> row.number("f")).hasMessageContaining("expected a column of numbers");
    assertThatThrownBy(() -> row.get("z"))
        .hasMessageContaining("expected one of [a, b, c, d, e, f, g]");
    assertThat(online.read("JFK", "12")).as("another key").isEmpty();
  }

  @Test
  void neverReplacesANewerRow() {
    assertThat(online.write(NOON, features(5), "JFK", 1)).isTrue();
    clock.set(NOON.plusSeconds(60));
    assertThat(online.write(NOON.minusSeconds(1), features(9), "JFK", 1)).isFalse();
    assertThat(online.read("JFK", 1).orElseThrow().get("delay")).isEqualTo(5L);
    assertThat(online.write(NOON, features(6), "JFK", 1)).as("a correction").isTrue();
    assertThat(online.read("JFK", 1).orElseThrow().get("delay")).isEqualTo(6L);
  }

  @Test
  void endsRowsAtTheirTimeToLiveEvenIfCached() {
    online.write(NOON, features(5), "JFK", 1);
    clock.set(NOON.plus(Duration.ofHours(2)));
    assertThat(online.read("JFK", 1)).as("exactly as old as its time to live").isPresent();
    int reads = store.reads.get();
    clock.set(clock.instant().plusNanos(1_000));
    assertThat(online.read("JFK", 1)).isEmpty();
    assertThat(store.reads).hasValue(reads);
  }

  @Test
  void readsTheStoreOnceUntilTheCachedRowExpires() {
    store.write(
        VIEW.stored(),
        List.of(
            new OnlineStore.Row(
                "[\"JFK\",1]",
                Times.micros(NOON),
                0,
                Long.MAX_VALUE,
                RowBytes.write(List.of("x"), new Object[] {1L}))));
    assertThat(online.read("JFK", 1)).isPresent();
    assertThat(online.read("JFK", 1)).isPresent();
    assertThat(online.read("LAX", 1)).isEmpty();
    assertThat(online.read("LAX", 1)).as("absence is cached, too").isEmpty();
    assertThat(store.reads).hasValue(2);
    assertThat(online.readAll(List.of(List.of("SFO", 1), List.of("JFK", 1), List.of("SEA", 2))))
        .extracting(Optional::isPresent)
        .containsExactly(false, true, false);
    assertThat(store.reads).as("one call for two missing keys").hasValue(3);
    clock.set(NOON.plusSeconds(31));
    online.read("JFK", 1);
    assertThat(store.reads).hasValue(4);
  }

  @Test
  void returnsCachedRowsWhileTheStoreIsAway() {
    online.write(NOON, features(5), "JFK", 1);
    online.read("JFK", 1);
    store.broken = true;
    assertThat(online.read("JFK", 1)).isPresent();
    assertThatThrownBy(() -> online.read("LAX", 1))
        .isInstanceOf(DataException.class)
        .hasMessage("store: away");
  }

  @Test
  void failedReloadsLeaveTheCachedRowAndAreSaidOnceAMinute() {
    try (CaffeineLog caffeine = new CaffeineLog();
        OnlineFeatures fresh =
            OnlineFeatures.builder(VIEW, store)
                .clock(clock)
                .refreshAfter(Duration.ofSeconds(10))
                .expireAfter(Duration.ofHours(1))
                .build()) {
      fresh.write(NOON, features(5), "JFK", 1);
      fresh.read("JFK", 1);
      store.broken = true;
      int reads = store.reads.get();
      for (int minute = 1; minute <= 3; minute++) {
        clock.set(NOON.plus(Duration.ofMinutes(minute)));
        long failures = minute;
        Waits.until(
            "the store is read again",
            () -> {
              assertThat(fresh.read("JFK", 1).orElseThrow().get("delay")).isEqualTo(5L);
              return fresh.figures().failedReloads() == failures;
            });
        for (int i = 0; i < 1_000; i++) {
          assertThat(fresh.read("JFK", 1)).isPresent();
        }
        assertThat(store.reads).as("not again within a second").hasValue(reads + minute);
        assertThat(fresh.figures())
            .isEqualTo(
                new OnlineFeatures.Figures(1, minute, Optional.of(Duration.ofMinutes(minute - 1))));
      }
      clock.set(NOON.plus(Duration.ofMinutes(61)));
      assertThatThrownBy(() -> fresh.read("JFK", 1)).hasMessage("store: away");
      store.broken = false;
      assertThat(fresh.read("JFK", 1)).isPresent();
      assertThat(fresh.figures().failingFor()).as("the store answers again").isEmpty();
      assertThat(caffeine.lines).isEmpty();
    }
  }

  @Test
  void caffeineSaysNothingOfReadsAfterTheEnd() {
    try (CaffeineLog caffeine = new CaffeineLog()) {
      OnlineFeatures fresh =
          OnlineFeatures.builder(VIEW, store)
              .clock(clock)
              .refreshAfter(Duration.ofSeconds(1))
              .build();
      fresh.read("JFK", 1);
      fresh.close();
      fresh.read("JFK", 1);
      clock.set(NOON.plusSeconds(2));
      fresh.read("JFK", 1);
      assertThat(caffeine.lines).isEmpty();
    }
  }

  @Test
  void refusesBadKeysAndValues() {
    assertThatThrownBy(() -> online.read("JFK"))
        .hasMessageContaining("expected a value for each of [origin, gate]");
    assertThatThrownBy(() -> online.read("JFK", null)).hasMessageContaining("found null for gate");
    assertThatThrownBy(() -> online.read("JFK", 1.5))
        .hasMessageContaining("found 1.5 of Double for gate");
    assertThatThrownBy(() -> online.read("x".repeat(2000), 1))
        .hasMessageContaining("more than 1500 bytes");
    assertThatThrownBy(() -> online.write(NOON, Map.of("x", List.of()), "JFK", 1))
        .hasMessageContaining("features: found [] of ");
  }

  @Test
  void namesDamagedRows() {
    for (byte[] bytes :
        List.of(
            new byte[] {9},
            new byte[] {1, 0, 1, 0, 0},
            new byte[] {1, 0, 1, 0, 0, 0, 1, 'x', 99})) {
      store.write(
          VIEW.stored(),
          List.of(new OnlineStore.Row("[\"JFK\",1]", 1 + bytes.length, 0, Long.MAX_VALUE, bytes)));
      assertThatThrownBy(() -> online.read("JFK", 1))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("the row of key [\"JFK\",1] is damaged");
    }
  }

  @Test
  void refreshesInTheBackground() {
    try (OnlineFeatures fresh =
        OnlineFeatures.builder(VIEW, store)
            .clock(clock)
            .refreshAfter(Duration.ofSeconds(1))
            .expireAfter(Duration.ofHours(1))
            .build()) {
      fresh.write(NOON, features(5), "JFK", 1);
      fresh.read("JFK", 1);
      clock.set(NOON.plusSeconds(2));
      online.write(NOON.plusSeconds(1), features(6), "JFK", 1);
      Object seen = fresh.read("JFK", 1).orElseThrow().get("delay");
      assertThat(seen).as("the cached row, while it is loaded again").isIn(5L, 6L);
      Waits.until(
          "the row was loaded again",
          () -> fresh.read("JFK", 1).orElseThrow().get("delay").equals(6L));
    }
  }

  @Test
  void isClosedWhenItNoLongerUsesTheStore() throws InterruptedException {
    CountDownLatch reading = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    Thread closer = Thread.currentThread();
    OnlineStore slow =
        new CountedStore() {
          @Override
          public Map<String, Row> read(String view, Collection<String> keys) {
            if (reads.get() == 0) {
              return super.read(view, keys);
            }
            reading.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              Waits.until(closer, State.TIMED_WAITING);
            }
            ended.set(true);
            return Map.of();
          }
        };
    OnlineFeatures fresh =
        OnlineFeatures.builder(VIEW, slow)
            .clock(clock)
            .refreshAfter(Duration.ofSeconds(1))
            .expireAfter(Duration.ofHours(1))
            .build();
    fresh.read("JFK", 1);
    clock.set(NOON.plusSeconds(2));
    fresh.read("JFK", 1);
    assertThat(reading.await(30, TimeUnit.SECONDS)).as("the row is loaded again").isTrue();

    fresh.close();

    assertThat(ended).isTrue();
  }
}
