package io.mlops4j.monitor.stats;

import static io.mlops4j.monitor.golden.GoldenFile.statistic;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.stats.JensenShannon.Scale;

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
    agrees(
        JensenShannon.withDefaults().statistic(reference, current), expected, "js_distance_base2");
    agrees(
        JensenShannon.withDefaults().with(Scale.DIVERGENCE).statistic(reference, current),
        expected,
        "js_divergence_base2");
    agrees(Hellinger.withDefaults().statistic(reference, current), expected, "hellinger");
    agrees(
        TotalVariation.withDefaults().statistic(reference, current), expected, "total_variation");
    agrees(MaximumDifference.withDefaults().statistic(reference, current), expected, "linf");
    KullbackLeibler divergence = KullbackLeibler.withDefaults();
    agrees(divergence.statistic(reference, current), expected, "kl_ref_cur_nats");
    agrees(divergence.statistic(current, reference), expected, "kl_cur_ref_nats");
    agrees(divergence.with(LogBase.TWO).statistic(reference, current), expected, "kl_ref_cur_bits");
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
