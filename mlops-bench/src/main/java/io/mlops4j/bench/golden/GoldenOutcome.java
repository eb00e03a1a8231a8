package io.mlops4j.bench.golden;

/** How an answer of the library stands to an expected value. */
enum GoldenOutcome {
  OK,
  OFF,
  OURS,
  ABSENT
}
