package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The offline and the online path on a month of flights: delays of the flights that landed at an
 * airport before, and of the last flight on a route. (The data has no tail numbers, so a route
 * stands for an aircraft.) A Redis server deletes rows of 2001 with a time to live at once.
 */
class FlightsParityTest {
  private static final Path DATA =
      Path.of("..", "..", "samples", "features", "data").toAbsolutePath().normalize();
  private static final FeatureSource LANDINGS =
      FeatureSource.file(DATA.resolve("landings.parquet"));
  private static final FeatureView AIRPORT =
      FeatureView.builder("airport-delays")
          .source(LANDINGS)
          .sql(
              """
              SELECT destination AS airport, landed, sum(delay) OVER w AS delay_3h, count(*) OVER w AS landings_3h
              FROM source
              WINDOW w AS (PARTITION BY destination ORDER BY landed
                RANGE BETWEEN INTERVAL 3 HOURS PRECEDING AND CURRENT ROW)
              """)
          .keys("airport")
          .eventTime("landed")
          .timeToLive(Duration.ofHours(6))
          .build();
  private static final FeatureView ROUTE =
      FeatureView.builder("route-delays")
          .source(LANDINGS)
          .sql(
              "SELECT origin, destination, landed, max(delay) AS last_delay FROM source GROUP BY"
                  + " ALL")
          .keys("origin", "destination")
          .eventTime("landed")
          .timeToLive(Duration.ofDays(2))
          .build();

  @TempDir Path folder;

  /** A landing, as DuckDB alone reads it. */
  private record Landing(String origin, String destination, long minute, int delay) {}

  private static List<Landing> landings() {
    return Tables.rows(
            "SELECT origin, destination, epoch(landed)::BIGINT // 60, delay FROM read_parquet('"
                + DATA.resolve("landings.parquet")
                + "')")
        .stream()
        .map(line -> line.split("\\|"))
        .map(
            cells ->
                new Landing(
                    cells[0], cells[1], Long.parseLong(cells[2]), Integer.parseInt(cells[3])))
        .toList();
  }

  private static FeatureSource labels(Instant at) {
    return FeatureSource.sql(
        "SELECT origin, destination, max(late) AS late, TIMESTAMP '"
            + at.toString().replace("T", " ").replace("Z", "")
            + "' AS t FROM read_parquet('"
            + DATA.resolve("departures.parquet")
            + "') GROUP BY origin, destination ORDER BY origin, destination LIMIT 100");
  }

  /**
   * Returns what a search through all landings finds: sum and count at the airport, route's last.
   */
  private static List<String> searched(
      List<Landing> landings, List<String[]> flights, long minute) {
    List<String> rows = new ArrayList<>();
    for (String[] flight : flights) {
      Long newest = null;
      Long route = null;
      int last = 0;
      for (Landing each : landings) {
        if (each.minute() > minute) {
          continue;
        }
        if (each.destination().equals(flight[0])) {
          newest = newest == null ? each.minute() : Math.max(newest, each.minute());
        }
        if (each.origin().equals(flight[0]) && each.destination().equals(flight[1])) {
          boolean later = route == null || each.minute() > route;
          last =
              later
                  ? each.delay()
                  : each.minute() == Objects.requireNonNull(route)
                      ? Math.max(last, each.delay())
                      : last;
          route = later ? Long.valueOf(each.minute()) : route;
        }
      }
      String airport = "null|null";
      if (newest != null && minute - newest <= 360) {
        int sum = 0;
        int count = 0;
        for (Landing each : landings) {
          if (each.destination().equals(flight[0])
              && each.minute() <= newest
              && each.minute() >= newest - 180) {
            sum += each.delay();
            count++;
          }
        }
        airport = sum + "|" + count;
      }
      rows.add(airport + "|" + (route != null && minute - route <= 2880 ? last : "null"));
    }
    return rows;
  }

  static Stream<OnlineStoreTest.Kind> stores() {
    return OnlineStoreTest.stores().filter(kind -> !kind.name().equals("Redis"));
  }

  @ParameterizedTest
  @MethodSource("stores")
  void bothPathsGiveWhatASearchFinds(OnlineStoreTest.Kind kind) {
    List<Landing> landings = landings();
    for (String time : List.of("2001-01-05T17:00:00Z", "2001-01-31T18:30:00Z")) {
      Instant now = Instant.parse(time);
      Path out = folder.resolve("out.parquet");
      TrainingSet set =
          TrainingSet.builder(labels(now), "t")
              .label("late")
              .view(AIRPORT, Map.of("airport", "origin"), "")
              .view(ROUTE)
              .write(out);
      List<String[]> flights =
          Tables.rows("SELECT origin, destination FROM read_parquet('" + out + "')").stream()
              .map(line -> line.split("\\|"))
              .toList();
      List<String> offline =
          Tables.rows("SELECT delay_3h, landings_3h, last_delay FROM read_parquet('" + out + "')");
      assertThat(flights).hasSize(100);
      assertThat(offline).isEqualTo(searched(landings, flights, now.getEpochSecond() / 60));
      assertThat(set.joined().get(0).matched()).isPositive();

      try (OnlineStore store = kind.opener().open()) {
        assertThat(online(store, now, flights)).as("online at %s", time).isEqualTo(offline);
      }
    }
  }

  private static List<String> online(OnlineStore store, Instant now, List<String[]> flights) {
    Clock clock = Clock.fixed(now, ZoneOffset.UTC);
    try (OnlineFeatures airport = OnlineFeatures.builder(AIRPORT, store).clock(clock).build();
        OnlineFeatures route = OnlineFeatures.builder(ROUTE, store).clock(clock).build()) {
      Materialization.builder(AIRPORT, store).until(now).run();
      Materialization.builder(ROUTE, store).until(now).run();
      for (FeatureView view : List.of(AIRPORT, ROUTE)) {
        ParityCheck.Report report = ParityCheck.of(view, store).withClock(clock).run();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.equal()).isPositive();
      }
      List<String> rows = new ArrayList<>();
      for (String[] flight : flights) {
        Map<String, Object> all = new LinkedHashMap<>();
        airport.read(flight[0]).ifPresent(row -> all.putAll(new TreeMap<>(row.toMap())));
        route
            .read(Arrays.copyOf(flight, 2, Object[].class))
            .ifPresent(row -> all.putAll(row.toMap()));
        rows.add(all.get("delay_3h") + "|" + all.get("landings_3h") + "|" + all.get("last_delay"));
      }
      return rows;
    }
  }
}
