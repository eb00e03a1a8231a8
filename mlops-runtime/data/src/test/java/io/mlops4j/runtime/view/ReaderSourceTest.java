package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Views and labels of Arrow files and readers. Events are in no order, and some are there twice.
 */
class ReaderSourceTest {
  private static final String EVENTS =
      """
      SELECT * FROM (VALUES
        ('LAX', TIMESTAMP '2001-01-01 11:00:00', 9),
        ('JFK', TIMESTAMP '2001-01-01 14:00:00', 7),
        ('JFK', TIMESTAMP '2001-01-01 10:00:00', 5),
        ('JFK', TIMESTAMP '2001-01-01 10:00:00', 5),
        (NULL, TIMESTAMP '2001-01-01 11:00:00', 1),
        ('LAX', NULL, 1)) t(origin, ts, delay)\
      """;
  private static final String LABELS =
      """
      SELECT * FROM (VALUES
        (1, 'JFK', TIMESTAMP '2001-01-01 13:59:59'),
        (2, 'LAX', TIMESTAMP '2001-01-01 10:59:59'),
        (3, 'JFK', TIMESTAMP '2001-01-01 14:00:00')) t(id, origin, t)\
      """;

  @TempDir Path folder;

  private Path arrow(ModelRuntime runtime, String name, String query) {
    Path file = folder.resolve(name);
    try (FeatureReader reader = runtime.query(query);
        FeatureWriter writer = runtime.write(file)) {
      for (FeatureBatch batch : reader) {
        writer.write(batch);
      }
      writer.commit();
    }
    return file;
  }

  private static FeatureView.Builder view(FeatureSource source) {
    return FeatureView.builder("events").source(source).keys("origin").eventTime("ts");
  }

  private TrainingSet write(FeatureSource labels, FeatureView view) {
    return TrainingSet.builder(labels, "t").view(view).write(folder.resolve("out.parquet"));
  }

  private void expectJoined(TrainingSet set) {
    assertThat(Tables.rows("SELECT id, delay FROM read_parquet('" + set.file() + "')"))
        .containsExactly("1|5", "2|null", "3|7");
    assertThat(set.joined().get(0).unusable()).isEqualTo(2);
    assertThat(set.joined().get(0).duplicates()).isEqualTo(1);
  }

  @Test
  void aMissingReaderIsNamed() {
    FeatureView view = view(FeatureSource.rows("none", () -> null)).build();
    assertThatThrownBy(() -> write(FeatureSource.sql(LABELS), view))
        .hasMessage("open: found null, expected a reader");
  }

  @Test
  void arrowFilesAreJoined() {
    try (ModelRuntime runtime = ModelRuntime.open()) {
      Path events = arrow(runtime, "events.arrow", EVENTS);
      Path labels = arrow(runtime, "labels.arrow", LABELS);

      expectJoined(write(FeatureSource.file(labels), view(FeatureSource.file(events)).build()));
    }
  }

  @Test
  void readersAreOpenedOnceForEachJob() {
    try (ModelRuntime runtime = ModelRuntime.open()) {
      AtomicInteger opened = new AtomicInteger();
      FeatureSource source =
          FeatureSource.rows(
              "events, first form",
              () -> {
                opened.incrementAndGet();
                return runtime.query(EVENTS);
              });
      FeatureView view = view(source).sql("SELECT * FROM source").build();
      Path labels = arrow(runtime, "labels.arrow", LABELS);

      expectJoined(write(FeatureSource.file(labels), view));
      assertThat(opened).as("also with checks that look again").hasValue(1);
      assertThat(view.version())
          .isNotEqualTo(
              view(FeatureSource.rows("events, second form", () -> runtime.query(EVENTS)))
                  .sql("SELECT * FROM source")
                  .build()
                  .version());
    }
  }

  @Test
  void missingColumnsAndWrongTypesAreNamed() {
    try (ModelRuntime runtime = ModelRuntime.open()) {
      FeatureSource labels = FeatureSource.rows("labels", () -> runtime.query(LABELS));
      FeatureSource events = FeatureSource.rows("events", () -> runtime.query(EVENTS));

      FeatureView other =
          FeatureView.builder("events").source(events).keys("airport").eventTime("ts").build();
      assertThatThrownBy(
              () ->
                  TrainingSet.builder(labels, "t")
                      .view(other, Map.of("airport", "origin"), "")
                      .write(folder.resolve("out.parquet")))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("view events: found no column airport, expected it among");
      assertThatThrownBy(
              () ->
                  write(
                      labels,
                      FeatureView.builder("events")
                          .source(events)
                          .keys("origin")
                          .eventTime("delay")
                          .build()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("view events: column delay has type INTEGER, expected a date");
      assertThat(folder.resolve("out.parquet")).doesNotExist();
    }
  }

  @Test
  void readersThatFailOrHaveNoBatchAreNamed() {
    try (ModelRuntime runtime = ModelRuntime.open()) {
      FeatureSource labels = FeatureSource.rows("labels", () -> runtime.query(LABELS));

      assertThatThrownBy(
              () -> write(labels, view(FeatureSource.rows("broken", FailingReader::new)).build()))
          .isInstanceOf(DataException.class)
          .hasMessage("view events: cannot read rows broken: the connection was lost");
      assertThat(folder.resolve("out.parquet")).doesNotExist();
    }
  }

  @Test
  void damagedArrowFilesAreNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("events.arrow"), "no Arrow file at all");
    try (ModelRuntime runtime = ModelRuntime.open()) {
      FeatureSource labels = FeatureSource.rows("labels", () -> runtime.query(LABELS));

      assertThatThrownBy(() -> write(labels, view(FeatureSource.file(file)).build()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("view events: cannot read file " + file);
    }
  }

  /** Fails as a query whose server went away. */
  private static final class FailingReader implements FeatureReader {
    @Override
    public Iterator<FeatureBatch> iterator() {
      throw new DataException("the connection was lost", null);
    }

    @Override
    public void close() {}
  }
}
