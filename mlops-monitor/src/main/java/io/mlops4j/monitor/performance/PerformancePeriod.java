package io.mlops4j.monitor.performance;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One complete period of predictions.
 *
 * @param from its beginning, by the monitor's clock
 * @param to its end, the beginning of the next one
 * @param predicted the rows that the version answered
 * @param labelled those with a label when the period was complete
 * @param figures all figures of the period; unmodifiable
 */
public record PerformancePeriod(
    Instant from, Instant to, long predicted, long labelled, Map<String, Metric> figures) {
  /**
   * Keeps the order of the figures.
   *
   * @param from its beginning
   * @param to its end
   * @param predicted the rows that the version answered
   * @param labelled those with a label
   * @param figures all figures of the period
   */
  public PerformancePeriod {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
  }
}
