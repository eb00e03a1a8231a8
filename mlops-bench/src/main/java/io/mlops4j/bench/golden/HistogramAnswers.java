package io.mlops4j.bench.golden;

import io.mlops4j.monitor.drift.JensenShannon;
import io.mlops4j.monitor.drift.JensenShannon.Scale;
import io.mlops4j.monitor.drift.PopulationStability;
import java.util.function.Supplier;

/** Statistics of counts in shared bins. */
final class HistogramAnswers {
  private HistogramAnswers() {}

  static void add(
      Answers answers, String prefix, Supplier<long[]> reference, Supplier<long[]> current) {
    answers
        .value(
            prefix + "psi_eps1e-4",
            () -> PopulationStability.withDefaults().statistic(reference.get(), current.get()))
        .value(
            prefix + "js_distance_base2",
            () -> JensenShannon.withDefaults().statistic(reference.get(), current.get()))
        .value(
            prefix + "js_divergence_base2",
            () ->
                JensenShannon.withDefaults()
                    .with(Scale.DIVERGENCE)
                    .statistic(reference.get(), current.get()));
  }
}
