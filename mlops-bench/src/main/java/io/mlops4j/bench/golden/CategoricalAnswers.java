package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.stats.ChiSquare;
import io.mlops4j.monitor.stats.CountDistance;
import io.mlops4j.monitor.stats.PValueMethod;

/** Two samples counted by category. */
final class CategoricalAnswers {
  private CategoricalAnswers() {}

  static Answers of(JsonNode element) {
    long[] reference = JsonNumbers.counts(element.get("ref"));
    long[] current = JsonNumbers.counts(element.get("cur"));
    Answers answers = new Answers();
    chiSquare(answers, "chi2_correction_true.", ChiSquare.withDefaults(), reference, current);
    chiSquare(
        answers,
        "chi2_correction_false.",
        ChiSquare.withDefaults().withYates(false),
        reference,
        current);
    ChiSquare g = ChiSquare.withDefaults().withYates(false).withLikelihoodRatio();
    chiSquare(answers, "g_test.", g.with(PValueMethod.ASYMPTOTIC), reference, current);
    answers.value("cramers_v", () -> CountDistance.CRAMERS_V.between(reference, current));
    HistogramAnswers.add(answers, "hist.", () -> reference, () -> current);
    return answers;
  }

  private static void chiSquare(
      Answers answers, String prefix, ChiSquare test, long[] reference, long[] current) {
    answers
        .value(prefix + "statistic", () -> test.test(reference, current).statistic())
        .value(prefix + "pvalue", () -> test.test(reference, current).pValue())
        .value(prefix + "dof", () -> test.test(reference, current).degreesOfFreedom());
  }
}
