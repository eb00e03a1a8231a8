package io.mlops4j.bench.golden;

/** How an answer of the library stands to an expected value. */
enum Outcome {
  OK,
  OFF,
  OURS,
  ABSENT
}
