package io.mlops4j.bench.conformance;

/** How the library stands to ONNX Runtime in one case. */
enum CaseOutcome {
  PASSED,
  FAILED,
  REFUSED
}
