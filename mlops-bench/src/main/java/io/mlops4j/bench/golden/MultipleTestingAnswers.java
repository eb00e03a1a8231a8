package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.drift.PValueAdjustment;

/** Corrections of many p-values. */
final class MultipleTestingAnswers {
  private MultipleTestingAnswers() {}

  static Answers of(JsonNode document) {
    double[] p = Numbers.doubles(document.get("p"));
    return new Answers()
        .values("bh", () -> PValueAdjustment.BENJAMINI_HOCHBERG.adjust(p))
        .values("by", () -> PValueAdjustment.BENJAMINI_YEKUTIELI.adjust(p))
        .values("holm", () -> PValueAdjustment.HOLM.adjust(p))
        .values("bonferroni", () -> PValueAdjustment.BONFERRONI.adjust(p));
  }
}
