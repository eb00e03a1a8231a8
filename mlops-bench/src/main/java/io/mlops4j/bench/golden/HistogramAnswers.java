package io.mlops4j.bench.golden;

import io.mlops4j.monitor.stats.CountDistance;
import io.mlops4j.monitor.stats.PopulationStability;
import java.util.Map;
import java.util.function.Supplier;

/** Statistics of counts in shared bins. */
final class HistogramAnswers {
  private static final Map<String, Statistic> STATISTICS =
      Map.ofEntries(
          Map.entry("psi_eps1e-4", PopulationStability.withDefaults()::statistic),
          Map.entry(
              "psi_laplace0.5", PopulationStability.withDefaults().withPseudoCount(0.5)::statistic),
          Map.entry("js_distance_base2", CountDistance.JENSEN_SHANNON::between),
          Map.entry(
              "js_divergence_base2",
              (p, q) -> Math.pow(CountDistance.JENSEN_SHANNON.between(p, q), 2)),
          Map.entry("hellinger", CountDistance.HELLINGER::between),
          Map.entry("total_variation", CountDistance.TOTAL_VARIATION::between),
          Map.entry("linf", CountDistance.MAXIMUM_DIFFERENCE::between),
          Map.entry("kl_ref_cur_nats", CountDistance.KULLBACK_LEIBLER::between),
          Map.entry(
              "kl_ref_cur_bits",
              (p, q) -> CountDistance.KULLBACK_LEIBLER.between(p, q) / Math.log(2)),
          Map.entry("kl_cur_ref_nats", (p, q) -> CountDistance.KULLBACK_LEIBLER.between(q, p)));

  private HistogramAnswers() {}

  static void add(
      Answers answers, String prefix, Supplier<long[]> reference, Supplier<long[]> current) {
    for (var statistic : STATISTICS.entrySet()) {
      answers.value(
          prefix + statistic.getKey(),
          () -> statistic.getValue().of(reference.get(), current.get()));
    }
  }

  @FunctionalInterface
  private interface Statistic {
    double of(long[] reference, long[] current);
  }
}
