package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.stats.PValueAdjustment;
import io.mlops4j.monitor.stats.TestResult;

/** Corrections of many p-values. */
final class MultipleTestingAnswers {
  private MultipleTestingAnswers() {}

  static Answers of(JsonNode document) {
    double[] p = JsonNumbers.doubles(document.get("p"));
    return new Answers()
        .values("bh", () -> PValueAdjustment.BENJAMINI_HOCHBERG.adjust(p))
        .values("by", () -> PValueAdjustment.BENJAMINI_YEKUTIELI.adjust(p))
        .values("holm", () -> PValueAdjustment.HOLM.adjust(p))
        .values("fisher_combined", () -> combined(p))
        .values("bonferroni", () -> PValueAdjustment.BONFERRONI.adjust(p));
  }

  private static double[] combined(double[] p) {
    TestResult result = PValueAdjustment.combine(p);
    return new double[] {result.statistic(), result.pValue()};
  }
}
