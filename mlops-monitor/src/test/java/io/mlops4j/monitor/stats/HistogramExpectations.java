package io.mlops4j.monitor.stats;

import static io.mlops4j.monitor.golden.GoldenFile.statistic;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

/** Compares every statistic of counts in shared bins with a block of expected values. */
final class HistogramExpectations {
  private HistogramExpectations() {}

  static void check(long[] reference, long[] current, JsonNode expected) {
    agrees(
        PopulationStability.withDefaults().statistic(reference, current), expected, "psi_eps1e-4");
    agrees(
        PopulationStability.withDefaults().withPseudoCount(0.5).statistic(reference, current),
        expected,
        "psi_laplace0.5");
    agrees(CountDistance.JENSEN_SHANNON.between(reference, current), expected, "js_distance_base2");
    agrees(
        Math.pow(CountDistance.JENSEN_SHANNON.between(reference, current), 2),
        expected,
        "js_divergence_base2");
    agrees(CountDistance.HELLINGER.between(reference, current), expected, "hellinger");
    agrees(CountDistance.TOTAL_VARIATION.between(reference, current), expected, "total_variation");
    agrees(CountDistance.MAXIMUM_DIFFERENCE.between(reference, current), expected, "linf");
    double divergence = CountDistance.KULLBACK_LEIBLER.between(reference, current);
    agrees(divergence, expected, "kl_ref_cur_nats");
    agrees(divergence / Math.log(2), expected, "kl_ref_cur_bits");
    agrees(CountDistance.KULLBACK_LEIBLER.between(current, reference), expected, "kl_cur_ref_nats");
  }

  private static void agrees(double got, JsonNode block, String key) {
    JsonNode expected = block.get(key);
    if (expected.asText().equals("inf")) {
      assertThat(got).as(key).isEqualTo(Double.POSITIVE_INFINITY);
    } else {
      assertThat(got).as(key).isCloseTo(expected.asDouble(), statistic(expected));
    }
  }
}
