package io.mlops4j.monitor.drift;

import static io.mlops4j.monitor.golden.GoldenFile.statistic;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.drift.JensenShannon.Scale;

/** Compares every statistic of counts in shared bins with a block of expected values. */
final class HistogramExpectations {
  private HistogramExpectations() {}

  static void check(long[] reference, long[] current, JsonNode expected) {
    agrees(
        PopulationStability.withDefaults().statistic(reference, current),
        expected.get("psi_eps1e-4"));
    agrees(
        JensenShannon.withDefaults().statistic(reference, current),
        expected.get("js_distance_base2"));
    agrees(
        JensenShannon.withDefaults().with(Scale.DIVERGENCE).statistic(reference, current),
        expected.get("js_divergence_base2"));
  }

  private static void agrees(double got, JsonNode expected) {
    assertThat(got).isCloseTo(expected.asDouble(), statistic(expected));
  }
}
