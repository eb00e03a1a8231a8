package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeakageTest {
  private static final String LATE =
      """
      SELECT * FROM (VALUES
        ('JFK', TIMESTAMP '2001-01-01 10:00:00', TIMESTAMP '2001-01-01 10:00:00', 1),
        ('JFK', TIMESTAMP '2001-01-01 12:00:00', TIMESTAMP '2001-01-01 15:00:00', 2),
        ('JFK', TIMESTAMP '2001-01-01 11:00:00', TIMESTAMP '2001-01-01 16:00:00', 3),
        ('JFK', TIMESTAMP '2001-01-01 17:00:00', NULL, 4)) t(origin, ts, known, delay)
      """;

  @TempDir Path folder;

  private FeatureView.Builder view(String query) {
    return FeatureView.builder("events")
        .source(FeatureSource.file(Tables.write(folder.resolve("events.parquet"), query)))
        .keys("origin")
        .eventTime("ts");
  }

  private TrainingSet.Builder labels(String query) {
    return TrainingSet.builder(
        FeatureSource.file(Tables.write(folder.resolve("labels.parquet"), query)), "t");
  }

  private TrainingSet.Builder at(int... hours) {
    StringBuilder query = new StringBuilder();
    for (int hour : hours) {
      query
          .append(query.isEmpty() ? "" : " UNION ALL ")
          .append("SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01 " + hour + ":00:00' AS t");
    }
    return labels(query.toString());
  }

  private Path out() {
    return folder.resolve("out.parquet");
  }

  private void assertRefused(TrainingSet.Builder job, String... parts) throws Exception {
    Files.writeString(out(), "old");
    assertThatThrownBy(() -> job.write(out()))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    assertThat(out()).as("the old file").hasContent("old");
    assertThat(folder.toFile().list()).noneMatch(each -> each.endsWith(".part"));
  }

  @Test
  void refusesRowsThatBecameKnownAfterTheLabel() throws Exception {
    assertRefused(
        at(10, 13, 14, 16).view(view(LATE).createdTime("known").build()),
        "view events: leakage: for 2 labels",
        "origin JFK",
        "label 2001-01-01 13:00:00",
        "event 2001-01-01 12:00:00",
        "created 2001-01-01 15:00:00",
        "asKnown()");
  }

  @Test
  void takesWhatWasKnownIfAsked() {
    TrainingSet set =
        at(10, 13, 15, 16, 18).asKnown().view(view(LATE).createdTime("known").build()).write(out());
    assertThat(Tables.rows("SELECT hour(t), delay FROM read_parquet('" + out() + "')"))
        .containsExactly("10|1", "13|1", "15|2", "16|2", "18|4");
    assertThat(set.joined().get(0).outOfOrder())
        .as("the row of 11:00, known at 16:00")
        .isEqualTo(1);
    assertThat(set.dataset().query().orElseThrow()).endsWith("as known");
  }

  @Test
  void refusesALabelAmongTheFeatures() throws Exception {
    assertRefused(
        labels("SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01 18:00:00' AS t, 1 AS delay")
            .label("delay")
            .view(view(LATE).build(), java.util.Map.of(), "x_"),
        "view events: feature delay has the name of a label");
  }

  @Test
  void refusesACopyOfTheLabelUnderAnotherName() throws Exception {
    String flights =
        "SELECT 'F' || i AS flight, TIMESTAMP '2001-01-01' + to_hours(i) AS t, i % 3 AS late FROM"
            + " range(200) r(i)";
    FeatureView outcome =
        FeatureView.builder("outcome")
            .source(
                FeatureSource.sql("SELECT flight, t AS ts, late AS state FROM (" + flights + ")"))
            .keys("flight")
            .eventTime("ts")
            .build();
    assertRefused(
        labels(flights).label("late").view(outcome),
        "leakage: feature state equals label late in all 200 rows");
  }

  @Test
  void refusesSqlThatLooksAhead() throws Exception {
    String hourly =
        "SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01' + to_hours(i) AS ts, i AS delay FROM"
            + " range(48) r(i)";
    String mean = "SELECT origin, ts, avg(delay) OVER (PARTITION BY origin";
    FeatureView.Builder view = view(hourly);
    assertRefused(
        at(6, 12, 18).view(view.sql(mean + ") AS mean FROM source").build()),
        "view events: leakage: 1 keys have other values at 2001-01-01T",
        "origin JFK",
        "mean 23.5",
        "The SQL looks ahead");
    at(6, 12, 18).view(view.sql(mean + " ORDER BY ts) AS mean FROM source").build()).write(out());
    assertThat(Tables.rows("SELECT mean FROM read_parquet('" + out() + "')"))
        .containsExactly("3.0", "6.0", "9.0");
  }

  @Test
  void refusesSqlWhoseColumnsDependOnLaterRows() throws Exception {
    FeatureView.Builder view =
        view(
            "SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01' + to_hours(i) AS ts,"
                + " CASE WHEN i < 20 THEN 'rain' ELSE 'snow' END AS weather, i AS delay"
                + " FROM range(48) r(i)");
    String leaks = // the mean of the whole file, under a name that is known only in the evening
        "SELECT origin, ts, coalesce(rain, 0) + 0 * coalesce(snow, 0) AS x, avg(rain) OVER () AS"
            + " mean FROM (PIVOT source ON weather %s USING sum(delay)::DOUBLE GROUP BY origin,"
            + " ts)";
    String pivot =
        "SELECT * FROM (PIVOT source ON weather %s USING sum(delay) GROUP BY origin, ts)";
    assertRefused(
        at(6, 12, 18).view(view.sql(pivot.formatted("")).build()),
        "view events: leakage: found the features [rain HUGEINT, snow HUGEINT], but [rain HUGEINT]"
            + " if the rows of the source after 2001-01-01T",
        "ON kind IN ('a', 'b')",
        "lookAheadChecks(0)");
    String named = "IN ('rain', 'snow')";
    assertRefused(
        at(6, 12, 18).view(view.sql(leaks.formatted(named)).build()),
        "view events: leakage: 1 keys have other values");
    at(6, 12, 18).view(view.sql(pivot.formatted(named)).build()).write(out());
    assertThat(Tables.rows("SELECT rain, snow FROM read_parquet('" + out() + "')"))
        .containsExactly("6|null", "12|null", "18|null");
  }

  @Test
  void refusesLabelsWithoutKeyOrTime() throws Exception {
    assertRefused(
        labels("SELECT NULL::VARCHAR AS origin, TIMESTAMP '2001-01-01' AS t, 7 AS id")
            .view(view(LATE).build()),
        "labels: found 1 rows without origin",
        "(row 1, origin null, t 2001-01-01 00:00:00",
        "id 7");
    assertRefused(
        labels("SELECT 'JFK' AS origin, NULL::TIMESTAMP AS t").view(view(LATE).build()),
        "labels: found 1 rows without t");
  }

  @Test
  void refusesWrongTypes() throws Exception {
    assertRefused(
        labels("SELECT 12 AS origin, TIMESTAMP '2001-01-01' AS t").view(view(LATE).build()),
        "key origin is TEXT, but column origin of the labels has type INTEGER");
    assertRefused(
        labels("SELECT 'JFK' AS origin, '2001' AS t").view(view(LATE).build()),
        "labels: column t has type VARCHAR, expected a date or timestamp");
    assertRefused(
        at(1).view(view("SELECT 1.5 AS origin, TIMESTAMP '2001-01-01' AS ts, 1 AS x").build()),
        "view events: key origin has type DECIMAL(2,1)");
    assertRefused(
        at(1).view(view("SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01' AS ts, [1] AS x").build()),
        "view events: feature x has type INTEGER[]",
        "list_avg(x)");
    assertRefused(
        at(1).view(view("SELECT 'JFK' AS place, TIMESTAMP '2001-01-01' AS ts, 1 AS x").build()),
        "view events: found no column origin, expected it among [place, ts, x]");
    assertRefused(
        at(1).view(view("SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01' AS ts").build()),
        "view events: found no features");
  }

  @Test
  void writesNothingIfAQueryFailsHalfWay() throws Exception {
    assertRefused(
        at(1)
            .view(
                view("SELECT 'JFK' AS origin, TIMESTAMP '2001-01-01' AS ts, CASE WHEN i = 90000"
                        + " THEN 'x' ELSE '1' END AS x FROM range(100000) r(i)")
                    .sql("SELECT origin, ts, max(x::INTEGER) AS x FROM source GROUP BY ALL")
                    .build()),
        "view events: ",
        "Could not convert string 'x' to INT32");
    assertRefused(
        at(1).view(view(LATE).sql("SELECT nothing FROM source").build()),
        "view events: ",
        "nothing");
  }

  record Copied(String origin, Instant ts, long delay) {}

  @Test
  void refusesAFileThatChangesWhileItIsRead() throws Exception {
    FeatureView view =
        view(LATE)
            .transform(
                Copied.class,
                "1",
                row -> {
                  try {
                    Files.writeString(
                        folder.resolve("events.parquet"), "x", StandardOpenOption.APPEND);
                  } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                  }
                  return new Copied("JFK", (Instant) row.get("ts"), (Long) row.get("delay"));
                })
            .build();
    assertRefused(
        at(11).view(view), "events.parquet: changed while it was read; nothing was written");
  }

  @Test
  void namesTheRowAtWhichATransformFails() throws Exception {
    FeatureView view =
        view(LATE)
            .transform(
                Copied.class,
                "1",
                row -> new Copied(null, null, Math.floorDiv((Long) row.get("delay"), 0L)))
            .build();
    assertRefused(at(11).view(view), "view events: the transform failed at row 1", "by zero");
    FeatureView gone =
        FeatureView.builder("gone")
            .source(FeatureSource.file(folder.resolve("gone.parquet")))
            .keys("origin")
            .eventTime("ts")
            .build();
    assertRefused(at(11).view(gone), "view gone: cannot read", "gone.parquet");
  }
}
