package io.mlops4j.bench.conformance;

import java.util.EnumMap;
import java.util.Map;

/** Counts verdicts. */
final class Tally {
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private int rawPassed;

  void add(Verdict verdict) {
    outcomes.merge(verdict.outcome(), 1, Integer::sum);
    rawPassed += verdict.rawPassed() ? 1 : 0;
  }

  int of(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0);
  }

  int all() {
    return outcomes.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The last line. */
  @Override
  public String toString() {
    return "CONFORMANCE passed %d failed %d refused %d raw-passed %d"
        .formatted(of(Outcome.PASSED), of(Outcome.FAILED), of(Outcome.REFUSED), rawPassed);
  }
}
