package io.mlops4j.samples.features;

import io.mlops4j.runtime.view.FeatureSource;
import io.mlops4j.runtime.view.FeatureView;
import java.nio.file.Path;
import java.time.Duration;

/** The definitions of features. */
final class Views {
  private final FeatureSource landings;

  Views(Path data) {
    landings = FeatureSource.file(data.resolve("landings.parquet"));
  }

  private FeatureView.Builder ofAirport(String name) {
    return FeatureView.builder(name)
        .source(landings)
        .keys("airport")
        .eventTime("landed")
        .timeToLive(Duration.ofHours(6))
        .owner("ops-ml");
  }

  /** Flights that landed at an airport in the three hours before the last landing. */
  FeatureView airport() {
    return ofAirport("airport-delays")
        .description("delays of the flights that landed at an airport")
        .sql(
            """
            SELECT destination AS airport, landed, avg(delay) OVER w AS delay_3h, count(*) OVER w AS landings_3h
            FROM source
            WINDOW w AS (PARTITION BY destination ORDER BY landed
              RANGE BETWEEN INTERVAL 3 HOURS PRECEDING AND CURRENT ROW)
            """)
        .build();
  }

  /** The same of the whole day: in the morning, nobody knows the evening. */
  FeatureView wholeDay() {
    return ofAirport("airport-day")
        .sql(
            """
            SELECT destination AS airport, landed,
              avg(delay) OVER (PARTITION BY destination, landed::DATE) AS delay_day
            FROM source
            """)
        .build();
  }

  /**
   * The last flight of the same route. The data has no tail numbers, so it stands for an aircraft.
   */
  FeatureView route() {
    return FeatureView.builder("route-delays")
        .source(landings)
        .sql(
            "SELECT origin, destination, landed, max(delay) AS last_delay FROM source GROUP BY ALL")
        .keys("origin", "destination")
        .eventTime("landed")
        .timeToLive(Duration.ofDays(2))
        .owner("ops-ml")
        .build();
  }
}
