package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that change while a query names them. */
class ChangedFilesTest {
  @TempDir private Path folder;

  private Path write(String name) throws IOException {
    Path file = folder.resolve(name);
    if (name.endsWith(".parquet")) {
      return Tables.write(file, "SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01' AS landed, 3 AS d");
    }
    return Files.writeString(
        file,
        name.endsWith(".csv")
            ? "origin,landed,d\nJFK,2001-01-01 00:00:00,3\n"
            : "{\"origin\": \"JFK\", \"landed\": \"2001-01-01 00:00:00\", \"d\": 3}\n");
  }

  private static void touch(Path file) {
    try {
      Files.setLastModifiedTime(
          file, FileTime.fromMillis(Files.getLastModifiedTime(file).toMillis() - 1000));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  record Landing(String origin, Instant landed, double d) {}

  /** The transform of a row changes the file. */
  private static void assertRefused(FeatureSource source, Path file) {
    FeatureView view =
        view(source)
            .transform(
                Landing.class,
                "1",
                row -> {
                  touch(file);
                  return new Landing("JFK", (Instant) row.get("landed"), row.number("d"));
                })
            .build();
    try (OnlineStore store = OnlineStore.inMemory()) {
      assertThatThrownBy(() -> Materialization.builder(view, store).run())
          .isInstanceOf(DataException.class)
          .hasMessageContaining(file + ": changed while it was read");
      FeatureView quiet = view(source).build();
      assertThat(Materialization.builder(quiet, store).run().keys()).isEqualTo(1);
    }
  }

  private static FeatureView.Builder view(FeatureSource source) {
    return FeatureView.builder("delays").source(source).keys("origin").eventTime("landed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.csv", "a.parquet", "a.jsonl"})
  void ofAQueryAreRefused(String name) throws IOException {
    Path file = write(name);
    assertRefused(FeatureSource.file(file), file);
    assertRefused(FeatureSource.sql("SELECT * FROM '" + file + "'"), file);
    String pattern = file.toString().replace("a.", "*.");
    assertRefused(FeatureSource.sql("SELECT * FROM '" + pattern + "'"), file);
    String function =
        name.endsWith(".csv")
            ? "read_csv"
            : name.endsWith(".parquet") ? "read_parquet" : "read_json";
    String nested =
        "WITH a AS (SELECT 1 AS one), b AS (SELECT * FROM %s(['%s'])) SELECT * FROM b WHERE EXISTS (FROM a)"
            .formatted(function, file);
    assertRefused(FeatureSource.sql(nested), file);
  }

  @Test
  void ofTheSqlOfAViewAreRefused() throws IOException {
    Path file = write("a.csv");
    FeatureView joined =
        view(FeatureSource.sql("SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01' AS landed"))
            .sql("SELECT source.*, d FROM source JOIN '" + file + "' USING (origin)")
            .build();
    try (OnlineStore store = new Changing(OnlineStore.inMemory(), file)) {
      assertThatThrownBy(() -> ParityCheck.of(joined, store).run())
          .isInstanceOf(DataException.class)
          .hasMessageContaining(file + ": changed while it was read");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.csv", "a.parquet", "a.jsonl"})
  void ofADatasetAreRefused(String name) throws Exception {
    Path file = write(name);
    // So long that the file changes many times meanwhile.
    FeatureSource source =
        FeatureSource.sql(
            "SELECT origin, sum(hash(i) % 7) AS s FROM '"
                + file
                + "', range(3000000) r(i) GROUP BY origin");
    assertThat(source.dataset("s").rows()).hasValue(1);
    AtomicBoolean ended = new AtomicBoolean();
    Thread changes =
        new Thread(
            () -> {
              while (!ended.get()) {
                touch(file);
              }
            });
    changes.start();
    try {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 50; i++) {
                  source.dataset("s");
                }
              })
          .isInstanceOf(DataException.class)
          .hasMessageContaining(file + ": changed while it was read");
    } finally {
      ended.set(true);
      changes.join();
    }
  }

  /** A file changes when rows are read from the store. */
  private record Changing(OnlineStore store, Path file) implements OnlineStore {
    @Override
    public Map<String, Row> read(String view, Collection<String> keys) {
      touch(file);
      return store.read(view, keys);
    }

    @Override
    public int write(String view, List<Row> rows) {
      return store.write(view, rows);
    }

    @Override
    public long deleteExpired(Instant before) {
      return store.deleteExpired(before);
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
