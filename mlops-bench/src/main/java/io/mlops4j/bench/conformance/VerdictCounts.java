package io.mlops4j.bench.conformance;

import java.util.EnumMap;
import java.util.Map;

/** Counts verdicts. */
final class VerdictCounts {
  private final Map<CaseOutcome, Integer> outcomes = new EnumMap<>(CaseOutcome.class);
  private int rawPassed;

  void add(Verdict verdict) {
    outcomes.merge(verdict.outcome(), 1, Integer::sum);
    rawPassed += verdict.rawPassed() ? 1 : 0;
  }

  int of(CaseOutcome outcome) {
    return outcomes.getOrDefault(outcome, 0);
  }

  int all() {
    return outcomes.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The last line. */
  @Override
  public String toString() {
    return "CONFORMANCE passed %d failed %d refused %d raw-passed %d"
        .formatted(
            of(CaseOutcome.PASSED), of(CaseOutcome.FAILED), of(CaseOutcome.REFUSED), rawPassed);
  }
}
