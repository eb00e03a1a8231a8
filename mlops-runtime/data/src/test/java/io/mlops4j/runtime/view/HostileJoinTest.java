package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Few times, few keys and many rows, so that everything meets: ties, duplicates, rows that differ
 * in nothing but their features, nulls, times before 1970, of all types of columns, and ages that
 * are exactly the time to live. Expected values come from a loop over all events for each label.
 */
@Sized
class HostileJoinTest {
  /** A type of columns, with the nanoseconds of its unit. */
  private enum TimeType {
    TIMESTAMP_NS(1),
    TIMESTAMP(1_000),
    TIMESTAMPTZ(1_000),
    TIMESTAMP_MS(1_000_000),
    TIMESTAMP_S(1_000_000_000),
    DATE(86_400_000_000_000L);

    final long unit;

    TimeType(long unit) {
      this.unit = unit;
    }

    /** Returns a time of this type as SQL; null for null. */
    String sql(Long nanos) {
      if (nanos == null) {
        return "NULL::" + this;
      }
      String micros = "make_timestamp(" + Math.floorDiv(nanos, 1_000) + "::BIGINT)";
      return switch (this) {
        case TIMESTAMP_NS -> "make_timestamp_ns(" + nanos + "::BIGINT)";
        case TIMESTAMPTZ -> "(" + micros + " AT TIME ZONE 'UTC')";
        default -> micros + "::" + this;
      };
    }
  }

  /** A type of keys, with some values as SQL. */
  private record KeyType(String name, List<String> values) {
    static final List<KeyType> ALL =
        List.of(
            new KeyType("VARCHAR", List.of("''", "'a'", "'A'", "'a '", "'ä'", "'null'")),
            new KeyType(
                "BIGINT",
                List.of(
                    "0", "-1", "9223372036854775807", "(-9223372036854775807 - 1)", "2147483648")),
            new KeyType("SMALLINT", List.of("0", "-1", "32767")),
            new KeyType("BOOLEAN", List.of("true", "false")));
  }

  /** Times in nanoseconds; a null key is the text NULL. */
  private record Event(List<String> keys, Long time, Long created, Integer value) {
    boolean usable() {
      return time != null && !keys.contains("NULL");
    }

    /** Rounded up to microseconds. */
    long et() {
      return -Math.floorDiv(-time, 1_000);
    }

    long ct() {
      return created == null ? et() : -Math.floorDiv(-created, 1_000);
    }
  }

  private record Label(List<String> keys, long time) {
    long t() {
      return Math.floorDiv(time, 1_000);
    }
  }

  @TempDir private Path folder;

  @Test
  void joinsAndServesWhatALoopFinds() {
    long first = System.nanoTime();
    System.out.println("first seed " + first);
    int refused = 0;
    int rounds = TestSize.of(10, 1_000);
    for (int round = 0; round < rounds; round++) {
      refused += new Round(first + round).run() ? 0 : 1;
    }
    System.out.println(refused + " of " + rounds + " were refused");
    assertThat(refused).isLessThan(rounds);
  }

  private final class Round {
    private final long seed;
    private final Random random;
    private final TimeType eventType;
    private final TimeType createdType;
    private final TimeType labelType;
    private final boolean known;
    private final boolean asKnown;
    private final List<KeyType> keyTypes = new ArrayList<>();
    private final long step;
    private final long lives;
    private final boolean conflicts;

    Round(long seed) {
      this.seed = seed;
      random = new Random(seed);
      TimeType[] times = TimeType.values();
      eventType = times[random.nextInt(times.length)];
      createdType = times[random.nextInt(times.length)];
      labelType = times[random.nextInt(times.length)];
      known = random.nextBoolean();
      asKnown = known && random.nextInt(4) > 0;
      keyTypes.add(KeyType.ALL.get(random.nextInt(KeyType.ALL.size())));
      if (random.nextInt(3) == 0) {
        keyTypes.add(KeyType.ALL.get(random.nextInt(KeyType.ALL.size())));
      }
      long[] steps = {300, 400_000, 300_000_000, 9 * 3_600_000_000_000L};
      step = steps[random.nextInt(steps.length)];
      lives =
          random.nextInt(3) == 0 ? Long.MAX_VALUE : Math.max(1, step / 1000 * random.nextInt(12));
      conflicts = random.nextInt(6) == 0;
    }

    private long time(TimeType type) {
      return Math.floorDiv((random.nextInt(40) - 20) * step, type.unit) * type.unit;
    }

    private List<String> keys(boolean nulls) {
      return keyTypes.stream()
          .map(
              type ->
                  nulls && random.nextInt(12) == 0
                      ? "NULL"
                      : type.values().get(random.nextInt(type.values().size())))
          .toList();
    }

    private List<Event> events() {
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        Event event =
            new Event(
                keys(true),
                random.nextInt(12) == 0 ? null : time(eventType),
                known && random.nextInt(4) > 0 ? time(createdType) : null,
                random.nextInt(8) == 0 ? null : i);
        boolean tie =
            event.usable()
                && events.stream()
                    .anyMatch(
                        each ->
                            each.usable()
                                && each.keys().equals(event.keys())
                                && each.et() == event.et()
                                && each.ct() == event.ct());
        if (!tie || conflicts) {
          events.add(event);
        }
        if (random.nextInt(6) == 0 && !events.isEmpty()) {
          events.add(events.get(random.nextInt(events.size()))); // the same again
        }
      }
      return events;
    }

    /** Returns the rows that the rules allow: none, one, or several that differ. */
    private List<Event> newest(List<Event> events, List<String> keys, long t, boolean then) {
      List<Event> all =
          events.stream()
              .filter(Event::usable)
              .filter(each -> each.keys().equals(keys) && each.et() <= t)
              .filter(each -> !then || each.ct() <= t)
              .toList();
      Optional<Event> best =
          all.stream().max(Comparator.comparingLong(Event::et).thenComparingLong(Event::ct));
      return all.stream()
          .filter(each -> each.et() == best.get().et() && each.ct() == best.get().ct())
          .filter(each -> lives == Long.MAX_VALUE || t - each.et() <= lives)
          .collect(
              Collectors.toMap(each -> Objects.toString(each.value()), each -> each, (a, b) -> a))
          .values()
          .stream()
          .toList();
    }

    private Path write(String name, List<String> rows, String columns) {
      return Tables.write(
          folder.resolve(name),
          "SELECT * FROM (VALUES " + String.join(", ", rows) + ") t(" + columns + ")");
    }

    private String typed(List<String> keys) {
      List<String> typed = new ArrayList<>();
      for (int i = 0; i < keys.size(); i++) {
        typed.add(keys.get(i) + "::" + keyTypes.get(i).name());
      }
      return String.join(", ", typed);
    }

    private FeatureView view(List<Event> events) {
      String names = keyTypes.size() == 1 ? "a" : "a, b";
      FeatureView.Builder view =
          FeatureView.builder("hostile")
              .source(
                  FeatureSource.file(
                      write(
                          "events.parquet",
                          events.stream()
                              .map(
                                  each ->
                                      "(%s, %s, %s, %s::BIGINT)"
                                          .formatted(
                                              typed(each.keys()),
                                              eventType.sql(each.time()),
                                              createdType.sql(each.created()),
                                              each.value()))
                              .toList(),
                          names + ", ts, known, value")))
              .keys(names.split(", ", -1))
              .eventTime("ts");
      if (random.nextBoolean()) {
        view.sql(known ? "SELECT * FROM source" : "SELECT * EXCLUDE (known) FROM source");
      } else if (!known) {
        view.sql("SELECT " + names + ", ts, value FROM source");
      }
      if (known) {
        view.createdTime("known");
      }
      if (lives != Long.MAX_VALUE) {
        view.timeToLive(Duration.of(lives, ChronoUnit.MICROS));
      }
      return view.build();
    }

    /** Returns whether the join was not refused. */
    boolean run() {
      List<Event> events = events();
      FeatureView view = view(events);
      List<Label> labels = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        labels.add(new Label(keys(false), time(labelType)));
      }
      serve(view, events, labels.get(0).t());
      Path file =
          write(
              "labels.parquet",
              labels.stream()
                  .map(each -> "(" + typed(each.keys()) + ", " + labelType.sql(each.time()) + ")")
                  .toList(),
              (keyTypes.size() == 1 ? "a" : "a, b") + ", t");
      Path out = folder.resolve("out.parquet");
      TrainingSet.Builder job = TrainingSet.builder(FeatureSource.file(file), "t").view(view);
      if (asKnown) {
        job.asKnown();
      }
      List<List<Event>> found =
          labels.stream().map(each -> newest(events, each.keys(), each.t(), asKnown)).toList();
      boolean differ = found.stream().anyMatch(each -> each.size() > 1);
      boolean late = false;
      for (int i = 0; i < labels.size() && !asKnown; i++) {
        long t = labels.get(i).t();
        late |= found.get(i).stream().anyMatch(each -> each.ct() > t);
      }
      if (differ || late) {
        assertThatThrownBy(() -> job.write(out))
            .as(this::toString)
            .isInstanceOf(DataException.class)
            .hasMessageContaining(differ ? "with different features" : "leakage: for ");
        return false;
      }
      job.write(out);
      assertThat(Tables.rows("SELECT value FROM read_parquet('" + out + "')"))
          .as(this::toString)
          .isEqualTo(
              found.stream()
                  .map(each -> each.isEmpty() ? "null" : "" + each.get(0).value())
                  .toList());
      return true;
    }

    private void serve(FeatureView view, List<Event> events, long t) {
      Instant now = Instant.EPOCH.plus(t, ChronoUnit.MICROS);
      List<List<String>> keys =
          events.stream().filter(Event::usable).map(Event::keys).distinct().toList();
      boolean differ = keys.stream().anyMatch(each -> newest(events, each, t, true).size() > 1);
      try (OnlineStore store = OnlineStore.inMemory();
          OnlineFeatures online =
              OnlineFeatures.builder(view, store).clock(Clock.fixed(now, ZoneOffset.UTC)).build()) {
        Materialization.Builder job = Materialization.builder(view, store).until(now);
        if (differ) {
          assertThatThrownBy(job::run)
              .as(this::toString)
              .hasMessageContaining("with different features");
          return;
        }
        job.run();
        for (List<String> each : keys) {
          List<Event> one = newest(events, each, t, true);
          Optional<FeatureRow> row = online.read(each.stream().map(this::value).toArray());
          assertThat(row.map(FeatureRow::eventTime))
              .as("%s, serves %s at %d", this, each, t)
              .isEqualTo(
                  one.stream()
                      .map(event -> Instant.EPOCH.plus(event.et(), ChronoUnit.MICROS))
                      .findFirst());
          assertThat(row.map(its -> Objects.toString(its.get("value"))))
              .as("%s, serves %s at %d", this, each, t)
              .isEqualTo(one.stream().map(event -> Objects.toString(event.value())).findFirst());
        }
      }
    }

    /** Returns a key in Java. */
    private Object value(String sql) {
      if (sql.startsWith("'")) {
        return sql.substring(1, sql.length() - 1);
      } else if (sql.equals("true") || sql.equals("false")) {
        return Boolean.valueOf(sql);
      }
      return sql.startsWith("(") ? Long.MIN_VALUE : new BigInteger(sql).longValueExact();
    }

    @Override
    public String toString() {
      return "seed %d: %s, created %s of %s, labels %s, keys %s, lives %d us, steps of %d ns"
          .formatted(
              seed,
              eventType,
              known ? asKnown ? "as known" : "checked" : "none",
              createdType,
              labelType,
              keyTypes.stream().map(KeyType::name).toList(),
              lives,
              step);
    }
  }
}
