package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random events and labels, against a search through all events for each label. */
class RandomJoinTest {
  private static final Instant START = Instant.parse("2001-01-01T00:00:00Z");
  private static final int MINUTES = 400;

  @TempDir Path folder;

  private record Event(int key, int event, int created, int value) {}

  private record Label(int key, int time) {}

  private static List<Event> events(Random random) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int event = random.nextInt(MINUTES);
      // Created before, at and long after the event; each at another time, so that none is a tie.
      int created = Math.max(0, event + (random.nextInt(3) - 1) * random.nextInt(60));
      events.add(new Event(random.nextInt(5), event, created * 1000 + i, i));
    }
    return events;
  }

  private static Optional<Event> expected(List<Event> events, int key, int time, int lives) {
    return events.stream()
        .filter(each -> each.key() == key && each.event() <= time && each.created() <= time * 1000)
        .max(Comparator.comparingInt(Event::event).thenComparingInt(Event::created))
        .filter(each -> time - each.event() <= lives);
  }

  private static String rows(List<Event> events) {
    StringBuilder values = new StringBuilder("SELECT * FROM (VALUES ");
    for (Event each : events) {
      values
          .append(values.charAt(values.length() - 1) == ')' ? ", " : "")
          .append(
              "(%d, %s, %s, %d)"
                  .formatted(
                      each.key(), minutes(each.event()), millis(each.created()), each.value()));
    }
    return values + ") t(k, ts, known, value)";
  }

  private static String minutes(int minutes) {
    return "TIMESTAMP '2001-01-01' + to_minutes(" + minutes + ")";
  }

  private static String millis(int millisOfMinutes) {
    return "TIMESTAMP '2001-01-01' + to_microseconds(" + millisOfMinutes * 60_000L + ")";
  }

  private FeatureView view(List<Event> events, int lives) {
    return FeatureView.builder("random")
        .source(FeatureSource.file(Tables.write(folder.resolve("events.parquet"), rows(events))))
        .keys("k")
        .eventTime("ts")
        .createdTime("known")
        .timeToLive(Duration.ofMinutes(lives))
        .build();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void joinsWhatWasKnown(long seed) {
    Random random = new Random(seed);
    List<Event> events = events(random);
    int lives = 30 + random.nextInt(100);
    List<Label> labels = new ArrayList<>();
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      Label label = new Label(random.nextInt(6), random.nextInt(MINUTES));
      labels.add(label);
      values
          .append(i == 0 ? "" : ", ")
          .append("(%d, %s)".formatted(label.key(), minutes(label.time())));
    }
    Path file = folder.resolve("labels.parquet");
    Tables.write(file, "SELECT * FROM (VALUES " + values + ") t(k, t)");
    Path out = folder.resolve("out.parquet");
    TrainingSet.builder(FeatureSource.file(file), "t")
        .asKnown()
        .view(view(events, lives))
        .write(out);

    List<String> expected =
        labels.stream()
            .map(each -> expected(events, each.key(), each.time(), lives))
            .map(each -> each.map(event -> String.valueOf(event.value())).orElse("null"))
            .toList();
    assertThat(Tables.rows("SELECT value FROM read_parquet('" + out + "')"))
        .as("seed %d", seed)
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void servesWhatIsJoined(long seed) {
    Random random = new Random(seed);
    List<Event> events = events(random);
    int lives = 30 + random.nextInt(100);
    FeatureView view = view(events, lives);
    for (int time = 50; time < MINUTES; time += 117) {
      Instant now = START.plus(Duration.ofMinutes(time));
      try (OnlineStore store = OnlineStore.inMemory();
          OnlineFeatures online =
              OnlineFeatures.builder(view, store).clock(Clock.fixed(now, ZoneOffset.UTC)).build()) {
        Materialization done = Materialization.builder(view, store).until(now).run();
        assertThat(done.written()).isEqualTo(done.keys());
        for (int key = 0; key < 6; key++) {
          assertThat(online.read(key).map(row -> row.get("value")))
              .as("seed %d, time %d, key %d", seed, time, key)
              .isEqualTo(
                  expected(events, key, time, lives).map(each -> (Object) (long) each.value()));
        }
      }
    }
  }
}
