package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.runtime.card.CardJson;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingSetTest {
  private static final String EVENTS =
      """
      SELECT * FROM (VALUES
        ('JFK', TIMESTAMP '2001-01-01 10:00:00', 5, 'a'),
        ('JFK', TIMESTAMP '2001-01-01 12:00:00', NULL, 'b'),
        ('JFK', TIMESTAMP '2001-01-01 14:00:00', 7, 'c'),
        ('LAX', TIMESTAMP '2001-01-01 11:00:00', 9, 'd'),
        (NULL, TIMESTAMP '2001-01-01 11:00:00', 1, 'e'),
        ('LAX', NULL, 1, 'f')) t(origin, ts, delay, note)
      """;

  @TempDir Path folder;

  private FeatureView.Builder events(String query) {
    return FeatureView.builder("events")
        .source(FeatureSource.file(Tables.write(folder.resolve("events.parquet"), query)))
        .keys("origin")
        .eventTime("ts");
  }

  private TrainingSet.Builder labels(String values) {
    Path file =
        Tables.write(
            folder.resolve("labels.parquet"),
            "SELECT * FROM (VALUES " + values + ") t(id, origin, t, late)");
    return TrainingSet.builder(FeatureSource.file(file), "t").label("late");
  }

  private Path out() {
    return folder.resolve("out.parquet");
  }

  @Test
  void takesTheLatestRowThatIsNotAfterTheLabel() {
    TrainingSet set =
        labels(
                """
                (3, 'JFK', TIMESTAMP '2001-01-01 14:00:00', 1),
                (1, 'JFK', TIMESTAMP '2001-01-01 13:59:59.999999', 0),
                (2, 'JFK', TIMESTAMP '2001-01-01 09:00:00', 1),
                (5, 'LAX', TIMESTAMP '2001-01-02 00:00:00', 0),
                (4, 'SFO', TIMESTAMP '2001-01-02 00:00:00', 0)\
                """)
            .view(events(EVENTS).build())
            .write(out());

    assertThat(Tables.rows("SELECT id, late, delay, note FROM read_parquet('" + out() + "')"))
        .containsExactly("3|1|7|c", "1|0|null|b", "2|1|null|null", "5|0|9|d", "4|0|null|null");
    TrainingSet.Joined joined = set.joined().get(0);
    assertThat(joined.matched()).isEqualTo(3);
    assertThat(joined.absent()).isEqualTo(2);
    assertThat(joined.expired()).isZero();
    assertThat(joined.unusable()).isEqualTo(2);
    assertThat(joined.columns()).containsExactly("delay", "note");
  }

  @Test
  void leavesOutRowsThatAreOlderThanTheirTimeToLive() {
    TrainingSet set =
        labels(
                """
                (1, 'LAX', TIMESTAMP '2001-01-01 12:00:00', 1),
                (2, 'LAX', TIMESTAMP '2001-01-01 12:00:00.000001', 1)\
                """)
            .view(events(EVENTS).timeToLive(Duration.ofHours(1)).build())
            .write(out());

    assertThat(Tables.rows("SELECT id, delay FROM read_parquet('" + out() + "')"))
        .containsExactly("1|9", "2|null");
    assertThat(set.joined().get(0).expired()).isEqualTo(1);
  }

  @Test
  void describesTheDataForACard() {
    TrainingSet.Builder job =
        labels(
                """
                (1, 'LAX', TIMESTAMP '2001-01-01 12:00:00', 1),
                (2, 'LAX', TIMESTAMP '2001-02-01 12:00:00', 1)\
                """)
            .view(events(EVENTS).build());
    TrainingSet set = job.name("flights").write(out());

    assertThat(set.dataset().name()).isEqualTo("flights");
    assertThat(set.dataset().digest()).isEqualTo(Digest.sha256(out()));
    assertThat(set.dataset().rows()).hasValue(2);
    assertThat(
            CardJson.parse(CardJson.text(ModelCard.builder("m").trainedOn(set.dataset()).build()))
                .trainedOn())
        .containsExactly(set.dataset());
    assertThat(set.dataset().from()).contains(Instant.parse("2001-01-01T12:00:00Z"));
    assertThat(set.dataset().until()).contains(Instant.parse("2001-02-01T12:00:00.000001Z"));
    assertThat(set.dataset().query().orElseThrow())
        .contains(
            "labels.parquet at t", "predict late", "view events sha256:", "by {origin=origin}");
    Digest first = set.dataset().digest();
    assertThat(job.write(out()).dataset().digest()).as("same bytes again").isEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'city': 'Rome'} | STRUCT(city VARCHAR) | its.field",
        "[1, 2] | INTEGER[] | list_avg(its) or its[1]",
        "MAP {'a': 1} | MAP(VARCHAR, INTEGER) | its['key']"
      })
  void featuresThatAreNoSingleValuesAreRefused(String value, String type, String hint) {
    TrainingSet.Builder set =
        labels("(1, 'JFK', TIMESTAMP '2001-01-01 11:00:00', 1)")
            .view(
                events(
                        "SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01 10:00:00' AS ts, %s AS its"
                            .formatted(value))
                    .build());
    assertThatThrownBy(() -> set.write(out()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("feature its has type " + type)
        .hasMessageEndingWith("convert it in SQL, for example with " + hint);
    assertThat(out()).doesNotExist();
  }

  @Test
  void joinsAViewTwiceUnderOtherNames() {
    Path labels =
        Tables.write(
            folder.resolve("two.parquet"),
            "SELECT 'JFK' AS origin, 'LAX' AS destination, TIMESTAMP '2001-01-01 15:00:00' AS t");
    FeatureView view = events(EVENTS).build();
    TrainingSet.builder(FeatureSource.file(labels), "t")
        .view(view)
        .view(view, Map.of("origin", "destination"), "destination_")
        .write(out());

    assertThat(
            Tables.rows(
                "SELECT delay, note, destination_delay, destination_note FROM read_parquet('"
                    + out()
                    + "')"))
        .containsExactly("7|c|9|d");
  }

  @Test
  void countsEqualRowsAndRefusesDifferentOnes() {
    String twice =
        """
        SELECT * FROM (VALUES
          ('JFK', TIMESTAMP '2001-01-01 10:00:00', 5),
          ('JFK', TIMESTAMP '2001-01-01 10:00:00', 5),
          ('LAX', TIMESTAMP '2001-01-01 10:00:00', 6),
          ('LAX', TIMESTAMP '2001-01-01 10:00:00', 7)) t(origin, ts, delay)
        """;
    FeatureView view = events(twice).build();
    TrainingSet set =
        labels("(1, 'JFK', TIMESTAMP '2001-01-01 11:00:00', 1)").view(view).write(out());
    assertThat(set.joined().get(0).duplicates()).isEqualTo(1);
    assertThat(Tables.rows("SELECT delay FROM read_parquet('" + out() + "')")).containsExactly("5");

    TrainingSet.Builder ambiguous =
        labels("(1, 'LAX', TIMESTAMP '2001-01-01 11:00:00', 1)").view(view);
    assertThatThrownBy(() -> ambiguous.write(out()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "view events: found rows of the same origin and ts with different features")
        .hasMessageContaining("origin LAX")
        .hasMessageContaining("event 2001-01-01 10:00:00")
        .hasMessageContaining("Aggregate them");
  }

  @Test
  void takesTheLastCorrectionOfARow() {
    String corrected =
        """
        SELECT * FROM (VALUES
          ('JFK', TIMESTAMP '2001-01-01 10:00:00', TIMESTAMP '2001-01-01 10:05:00', 5),
          ('JFK', TIMESTAMP '2001-01-01 10:00:00', TIMESTAMP '2001-01-01 10:01:00', 4)) t(origin, ts, known, delay)
        """;
    labels("(1, 'JFK', TIMESTAMP '2001-01-01 11:00:00', 1)")
        .view(events(corrected).createdTime("known").build())
        .write(out());
    assertThat(Tables.rows("SELECT delay FROM read_parquet('" + out() + "')")).containsExactly("5");
  }

  @Test
  void readsTimesOfAllPrecisions() {
    String events =
        """
        SELECT 'JFK' AS origin, TIMESTAMP_NS '2001-01-01 10:00:00.000000001' AS ts, 1 AS delay
        UNION ALL SELECT 'JFK', TIMESTAMP_NS '2001-01-01 09:59:59.999999', 2
        """;
    labels(
            """
            (1, 'JFK', TIMESTAMP '2001-01-01 10:00:00', 1),
            (2, 'JFK', TIMESTAMP '2001-01-01 10:00:00.000001', 1)\
            """)
        .view(events(events).build())
        .write(out());
    assertThat(Tables.rows("SELECT id, delay FROM read_parquet('" + out() + "')"))
        .as("a nanosecond after the label is in its future")
        .containsExactly("1|2", "2|1");
  }

  @Test
  void computesFeaturesInSql() {
    FeatureView view =
        events(EVENTS)
            .sql(
                "SELECT origin, ts, sum(delay) OVER (PARTITION BY origin ORDER BY ts RANGE BETWEEN"
                    + " INTERVAL 3 HOURS PRECEDING AND CURRENT ROW) AS late_3h FROM source")
            .build();
    labels("(1, 'JFK', TIMESTAMP '2001-01-01 13:00:00', 1)").view(view).write(out());
    assertThat(Tables.rows("SELECT late_3h, typeof(late_3h) FROM read_parquet('" + out() + "')"))
        .containsExactly("5|BIGINT");
  }

  /** Keys that fit into 32 bits are sorted in 32 bits. */
  @Test
  void joinsWholeNumbersOfAllSizes() {
    String both =
        """
        SELECT a, b, TIMESTAMP '2001-01-01 10:00:00' AS ts, feature FROM (VALUES
          (1, 2, 'small'), (1 + (1::BIGINT << 32), 2, 'the same low bits'), (1, 2 - (1::BIGINT << 32), 'these, too'),
          (2147483647, 0, 'largest'), (-2147483648, 0, 'smallest'),
          (2147483648, 0, 'above'), (-2147483649, 0, 'below')) t(a, b, feature)
        """;
    FeatureView view =
        FeatureView.builder("numbers")
            .source(FeatureSource.file(Tables.write(folder.resolve("numbers.parquet"), both)))
            .keys("a", "b")
            .eventTime("ts")
            .build();
    assertThat(joined(view, "(1, 2), (2147483647, 0), (-2147483648, 0)"))
        .containsExactly("small", "largest", "smallest");
    assertThat(joined(view, "(1, 2), (2147483648, 0), (3, 0)"))
        .containsExactly("small", "above", "null");
    assertThat(joined(view, "(-2147483649, 0), (1 + (1::BIGINT << 32), 2)"))
        .containsExactly("below", "the same low bits");
    assertThat(joined(view, "(1, 2 - (1::BIGINT << 32))")).containsExactly("these, too");
  }

  private List<String> joined(FeatureView view, String keys) {
    Path labels =
        Tables.write(
            folder.resolve("keys.parquet"),
            "SELECT *, TIMESTAMP '2001-01-01 11:00:00' AS t FROM (VALUES " + keys + ") t(a, b)");
    TrainingSet.builder(FeatureSource.file(labels), "t").view(view).write(out());
    return Tables.rows("SELECT feature FROM read_parquet('" + out() + "')");
  }

  record Doubled(String origin, Instant ts, long doubled, Double share) {}

  @Test
  void computesFeaturesInJava() {
    FeatureView view =
        events(EVENTS)
            .transform(
                Doubled.class,
                "1",
                row ->
                    row.get("delay") == null || row.get("ts") == null
                        ? null
                        : new Doubled(
                            (String) row.get("origin"),
                            (Instant) row.get("ts"),
                            2 * (Long) row.get("delay"),
                            "a".equals(row.get("note")) ? null : 0.5))
            .build();
    labels(
            "(1, 'JFK', TIMESTAMP '2001-01-01 13:00:00', 1), (2, 'LAX', TIMESTAMP '2001-01-01"
                + " 13:00:00', 1)")
        .view(view)
        .write(out());
    assertThat(Tables.rows("SELECT doubled, share FROM read_parquet('" + out() + "')"))
        .containsExactly("10|null", "18|0.5");
  }

  @Test
  void versionsAreDigestsOfWhatDecidesAboutValues() {
    FeatureView view = events(EVENTS).owner("ops").build();
    assertThat(events(EVENTS).owner("others").description("x").build().version())
        .isEqualTo(view.version());
    assertThat(events(EVENTS).timeToLive(Duration.ofHours(1)).build().version())
        .isNotEqualTo(view.version());
    assertThat(events(EVENTS).sql("SELECT * FROM source").build().version())
        .isNotEqualTo(view.version());
    assertThat(view).hasToString("events " + view.version().abbreviated());
  }

  @Test
  void joinsNoLabelsAndNoEvents() throws Exception {
    FeatureView empty = events("SELECT * FROM (" + EVENTS + ") WHERE false").build();
    labels("(1, 'JFK', TIMESTAMP '2001-01-01 13:00:00', 1)").view(empty).write(out());
    assertThat(Tables.rows("SELECT id, delay FROM read_parquet('" + out() + "')"))
        .containsExactly("1|null");

    TrainingSet none =
        TrainingSet.builder(
                FeatureSource.sql(
                    "SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01' AS t WHERE false;"),
                "t")
            .view(events(EVENTS).build())
            .write(out());
    assertThat(Tables.rows(out())).isEmpty();
    assertThat(none.dataset().from()).isEmpty();
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder("events.parquet", "labels.parquet", "out.parquet");
  }
}
