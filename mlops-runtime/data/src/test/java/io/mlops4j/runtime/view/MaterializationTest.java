package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaterializationTest {
  private static final Instant NOON = Instant.parse("2001-01-01T12:00:00Z");
  private static final String EVENTS =
      "SELECT 'K' || (i % 50) AS k, TIMESTAMP '2001-01-01' + to_minutes(i) AS ts, i AS value FROM"
          + " range(1000) r(i)";

  @TempDir Path folder;
  private final OnlineStore store = OnlineStore.inMemory();

  private FeatureView view(String query) {
    return FeatureView.builder("events")
        .source(FeatureSource.file(Tables.write(folder.resolve("events.parquet"), query)))
        .keys("k")
        .eventTime("ts")
        .timeToLive(Duration.ofHours(6))
        .build();
  }

  private Object online(FeatureView view, String key) {
    try (OnlineFeatures online =
        OnlineFeatures.builder(view, store).clock(Clock.fixed(NOON, ZoneOffset.UTC)).build()) {
      return online.read(key).map(row -> row.get("value")).orElse(null);
    }
  }

  @Test
  void writesTheNewestRowsAndCanBeRepeated() {
    FeatureView view = view(EVENTS);
    Materialization first = Materialization.builder(view, store).until(NOON).run();
    assertThat(first.keys()).isEqualTo(50);
    assertThat(first.written()).isEqualTo(50);
    assertThat(online(view, "K20")).as("minute 720 is noon").isEqualTo(720L);
    assertThat(online(view, "K21")).isEqualTo(671L);

    Materialization again = Materialization.builder(view, store).until(NOON).run();
    assertThat(again.written()).isZero();
    assertThat(again.older()).isEqualTo(50);
    Materialization earlier =
        Materialization.builder(view, store).until(NOON.minusSeconds(3600)).run();
    assertThat(earlier.written()).as("never replaces newer rows").isZero();
    assertThat(online(view, "K20")).isEqualTo(720L);
  }

  @Test
  void aTimeThatMicrosecondsDoNotReachIsRefused() {
    Materialization.Builder job = Materialization.builder(view(EVENTS), store);
    assertThatThrownBy(() -> job.until(Instant.MAX))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found +1000000000-12-31");
  }

  @Test
  void continuesAfterAKill() {
    FeatureView view = view(EVENTS);
    List<Long> progress = new ArrayList<>();
    Materialization.Builder job = Materialization.builder(view, store).until(NOON).batchRows(8);
    assertThatThrownBy(
            () ->
                job.onProgress(
                        now -> {
                          if (now.done() == 24) {
                            throw new CancellationException("killed");
                          }
                        })
                    .run())
        .isInstanceOf(CancellationException.class);
    Materialization rest = job.onProgress(now -> progress.add(now.done())).run();
    assertThat(rest.resumed()).isEqualTo(24);
    assertThat(rest.written()).isEqualTo(26);
    assertThat(progress).containsExactly(32L, 40L, 48L, 50L);
    for (int key = 0; key < 50; key++) {
      assertThat(online(view, "K" + key)).isEqualTo(key <= 20 ? 700L + key : 650L + key);
    }
  }

  @Test
  void startsAgainIfTheRowsChanged() {
    FeatureView view = view(EVENTS);
    Materialization.Builder job = Materialization.builder(view, store).until(NOON).batchRows(8);
    assertThatThrownBy(
            () ->
                job.onProgress(
                        now -> {
                          throw new CancellationException("killed");
                        })
                    .run())
        .isInstanceOf(CancellationException.class);
    view(EVENTS.replace("i AS value", "i + 1 AS value"));
    Materialization other = job.onProgress(now -> {}).run();
    assertThat(other.resumed()).isZero();
    assertThat(other.keys()).isEqualTo(50);
  }

  @Test
  void parityComparesARowAsItWasKnownToTheStore() {
    FeatureView view =
        FeatureView.builder("events")
            .source(
                FeatureSource.file(
                    Tables.write(
                        folder.resolve("corrected.parquet"),
                        """
                        SELECT * FROM (VALUES
                          ('a', TIMESTAMP '2001-01-01 11:00:00', TIMESTAMP '2001-01-01 11:01:00', 1),
                          ('a', TIMESTAMP '2001-01-01 11:00:00', TIMESTAMP '2001-01-01 11:59:00', 2),
                          ('a', TIMESTAMP '2001-01-01 11:00:00', TIMESTAMP '2001-01-01 12:30:00', 3),
                          ('b', TIMESTAMP '2001-01-01 11:00:00', TIMESTAMP '2001-01-01 11:00:00', 4))
                          t(k, ts, known, value)
                        """)))
            .keys("k")
            .eventTime("ts")
            .createdTime("known")
            .build();
    Materialization.builder(view, store).until(NOON).run();
    assertThat(online(view, "a")).as("known at noon").isEqualTo(2L);

    ParityCheck check = ParityCheck.of(view, store);
    ParityCheck.Report atNoon = check.withClock(Clock.fixed(NOON, ZoneOffset.UTC)).run();
    assertThat(atNoon).isEqualTo(new ParityCheck.Report(2, 2, 0, 0, 0, 0, List.of()));
    ParityCheck.Report atOne =
        check.withClock(Clock.fixed(NOON.plusSeconds(3600), ZoneOffset.UTC)).run();
    assertThat(atOne)
        .as("the store lacks the last correction")
        .isEqualTo(new ParityCheck.Report(2, 2, 1, 0, 0, 0, List.of()));

    Materialization.builder(view, store).until(NOON.plusSeconds(3600)).run();
    assertThat(check.withClock(Clock.fixed(NOON, ZoneOffset.UTC)).run())
        .as("the store is ahead of the clock")
        .isEqualTo(new ParityCheck.Report(2, 2, 0, 0, 0, 0, List.of()));
  }

  @Test
  void leavesOutExpiredAndFutureRowsAndRowsWithoutKeys() {
    FeatureView view =
        view(
            """
            SELECT * FROM (VALUES
              ('old', TIMESTAMP '2001-01-01 05:59:59', 1),
              ('new', TIMESTAMP '2001-01-01 06:00:00', 2),
              ('future', TIMESTAMP '2001-01-01 12:00:01', 3),
              (NULL, TIMESTAMP '2001-01-01 11:00:00', 4)) t(k, ts, value)
            """);
    Materialization done = Materialization.builder(view, store).until(NOON).run();
    assertThat(done.keys()).isEqualTo(1);
    assertThat(done.unusable()).isEqualTo(1);
    assertThat(online(view, "new")).isEqualTo(2L);
    assertThat(online(view, "future")).isNull();
    assertThat(done)
        .hasToString(
            view
                + " at 2001-01-01T12:00:00Z: 1 keys, 1 written, 0 not newer than the store's, 0"
                + " written before, 1 rows without key or time");
  }

  @Test
  void takesTheNewestOfRowsThatAreOutOfOrderOrThereTwice() {
    FeatureView view =
        view(
            """
            SELECT * FROM (VALUES
              ('a', TIMESTAMP '2001-01-01 11:00:00', 3),
              ('b', TIMESTAMP '2001-01-01 09:00:00', 1),
              ('a', TIMESTAMP '2001-01-01 10:00:00', 2),
              ('a', TIMESTAMP '2001-01-01 11:00:00', 3),
              ('b', TIMESTAMP '2001-01-01 08:00:00', 9)) t(k, ts, value)
            """);
    Materialization done = Materialization.builder(view, store).until(NOON).run();
    assertThat(done.keys()).isEqualTo(2);
    assertThat(done.written()).isEqualTo(2);
    assertThat(online(view, "a")).isEqualTo(3L);
    assertThat(online(view, "b")).isEqualTo(1L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'city': 'Rome'} | STRUCT(city VARCHAR) | its.field",
        "[1, 2] | INTEGER[] | list_avg(its) or its[1]",
        "MAP {'a': 1} | MAP(VARCHAR, INTEGER) | its['key']"
      })
  void refusesFeaturesThatAreNoSingleValues(String value, String type, String hint) {
    FeatureView view =
        view(
            "SELECT 'a' AS k, TIMESTAMP '2001-01-01 11:00:00' AS ts, 1 AS n, " + value + " AS its");
    assertThatThrownBy(() -> Materialization.builder(view, store).until(NOON).run())
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("view events: feature its has type " + type)
        .hasMessageEndingWith("convert it in SQL, for example with " + hint);
    assertThat(store.read(view.stored(), List.of("[\"a\"]"))).isEmpty();
  }

  @Test
  void refusesDifferentRowsOfOneTime() {
    FeatureView view =
        view(
            "SELECT 'a' AS k, TIMESTAMP '2001-01-01 11:00:00' AS ts, i AS value FROM range(2)"
                + " r(i)");
    assertThatThrownBy(() -> Materialization.builder(view, store).until(NOON).run())
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "view events: found rows of the same k and ts with different features")
        .hasMessageContaining("(k a, event 2001-01-01 11:00:00");
  }

  record Copied(String k, Instant ts, long value) {}

  @Test
  void refusesAFileThatChangesWhileItIsRead() {
    Path file = Tables.write(folder.resolve("events.parquet"), EVENTS);
    FeatureView view =
        FeatureView.builder("events")
            .source(FeatureSource.file(file))
            .transform(
                Copied.class,
                "1",
                row -> {
                  try {
                    Files.writeString(file, "x", StandardOpenOption.APPEND);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                  return new Copied((String) row.get("k"), NOON, 1);
                })
            .keys("k")
            .eventTime("ts")
            .build();
    Clock clock = Clock.fixed(NOON, ZoneOffset.UTC);
    for (ThrowingCallable job :
        List.<ThrowingCallable>of(
            () -> Materialization.builder(view, store).until(NOON).run(),
            () -> ParityCheck.of(view, store).withClock(clock).run())) {
      Tables.write(file, EVENTS);
      assertThatThrownBy(job)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("events.parquet: changed while it was read");
    }
  }

  @Test
  void checksParityOnASample() {
    FeatureView view = view(EVENTS);
    ParityCheck check = ParityCheck.of(view, store).withClock(Clock.fixed(NOON, ZoneOffset.UTC));
    assertThat(check.run().missing()).isEqualTo(50);
    Materialization.builder(view, store).until(NOON).run();
    ParityCheck.Report equal = check.run();
    assertThat(equal.passed()).isTrue();
    assertThat(equal.equal()).isEqualTo(50);
    assertThat(check.withSample(7, 3).run().keys()).isEqualTo(7);

    try (OnlineFeatures online = OnlineFeatures.builder(view, store).build()) {
      online.write(NOON, Map.of("value", 721), "K20"); // computed differently online
      online.write(NOON.plusSeconds(1), Map.of("value", 1), "K19"); // newer than the view
    }
    ParityCheck.Report planted = check.run();
    assertThat(planted.passed()).isFalse();
    assertThat(planted.differing()).isEqualTo(1);
    assertThat(planted.unknown()).isEqualTo(1);
    assertThat(planted.equal()).isEqualTo(48);
    assertThat(planted.differences())
        .containsExactly(new ParityCheck.Difference("[\"K20\"]", NOON, "value", "720", "721"));
    assertThat(planted.toString())
        .startsWith(
            "50 keys: 48 equal, 1 different, 0 missing, 1 unknown to the view, 0 behind\n"
                + "  Difference[");
  }

  @Test
  void aStoreThatIsBehindIsNoDifference() {
    FeatureView view = view(EVENTS);
    Materialization.builder(view, store).until(NOON.minusSeconds(3600)).run();
    ParityCheck.Report report =
        ParityCheck.of(view, store).withClock(Clock.fixed(NOON, ZoneOffset.UTC)).run();
    assertThat(report.behind()).as("each key has a row every 50 minutes").isEqualTo(50);
    assertThat(report.equal()).isEqualTo(50);
    assertThat(report.passed()).isTrue();
  }

  @Test
  void aCheckThatComparesNothingDoesNotPass() {
    FeatureView view = view(EVENTS);
    Clock daysLater = Clock.fixed(NOON.plus(Duration.ofDays(3)), ZoneOffset.UTC);
    ParityCheck.Report expired = ParityCheck.of(view, store).withClock(daysLater).run();
    assertThat(expired.keys()).isZero();
    assertThat(expired.passed()).isFalse();

    try (OnlineFeatures online = OnlineFeatures.builder(view, store).build()) {
      for (int key = 0; key < 50; key++) {
        online.write(NOON.plusSeconds(1), Map.of("value", 1), "K" + key);
      }
    }
    ParityCheck.Report newer =
        ParityCheck.of(view, store).withClock(Clock.fixed(NOON, ZoneOffset.UTC)).run();
    assertThat(newer.unknown()).isEqualTo(50);
    assertThat(newer.passed()).isFalse();
  }

  @Test
  void aReportShowsTwentyDifferences() {
    FeatureView view = view(EVENTS);
    Materialization.builder(view, store).until(NOON).run();
    try (OnlineFeatures online = OnlineFeatures.builder(view, store).build()) {
      for (int key = 0; key < 50; key++) {
        int newest = key <= 20 ? 700 + key : 650 + key;
        Instant at = Instant.parse("2001-01-01T00:00:00Z").plusSeconds(60L * newest);
        online.write(at, Map.of("value", newest + 1), "K" + key);
      }
    }
    ParityCheck check = ParityCheck.of(view, store).withClock(Clock.fixed(NOON, ZoneOffset.UTC));
    assertThat(check.run().differing()).isEqualTo(50);
    assertThat(check.run().differences()).hasSize(20);
    assertThat(check.withSample(10, 1).run().differences())
        .extracting(ParityCheck.Difference::key)
        .isNotEqualTo(
            check.withSample(10, 2).run().differences().stream()
                .map(ParityCheck.Difference::key)
                .toList());
  }
}
