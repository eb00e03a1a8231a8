package io.mlops4j.bench.golden;

import io.mlops4j.monitor.stats.Hellinger;
import io.mlops4j.monitor.stats.JensenShannon;
import io.mlops4j.monitor.stats.JensenShannon.Scale;
import io.mlops4j.monitor.stats.KullbackLeibler;
import io.mlops4j.monitor.stats.LogBase;
import io.mlops4j.monitor.stats.MaximumDifference;
import io.mlops4j.monitor.stats.PopulationStability;
import io.mlops4j.monitor.stats.TotalVariation;
import java.util.Map;
import java.util.function.Supplier;

/** Statistics of counts in shared bins. */
final class HistogramAnswers {
  private static final Map<String, Statistic> STATISTICS =
      Map.ofEntries(
          Map.entry("psi_eps1e-4", PopulationStability.withDefaults()::statistic),
          Map.entry(
              "psi_laplace0.5", PopulationStability.withDefaults().withPseudoCount(0.5)::statistic),
          Map.entry("js_distance_base2", JensenShannon.withDefaults()::statistic),
          Map.entry(
              "js_divergence_base2",
              JensenShannon.withDefaults().with(Scale.DIVERGENCE)::statistic),
          Map.entry("hellinger", Hellinger.withDefaults()::statistic),
          Map.entry("total_variation", TotalVariation.withDefaults()::statistic),
          Map.entry("linf", MaximumDifference.withDefaults()::statistic),
          Map.entry("kl_ref_cur_nats", KullbackLeibler.withDefaults()::statistic),
          Map.entry("kl_ref_cur_bits", KullbackLeibler.withDefaults().with(LogBase.TWO)::statistic),
          Map.entry("kl_cur_ref_nats", (p, q) -> KullbackLeibler.withDefaults().statistic(q, p)));

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
