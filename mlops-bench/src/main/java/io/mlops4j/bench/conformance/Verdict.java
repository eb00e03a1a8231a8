package io.mlops4j.bench.conformance;

import java.util.Locale;

/**
 * What became of a case.
 *
 * @param name the case's folder, relative to that of all cases
 * @param rawPassed whether ONNX Runtime's Java API gave the expected values
 * @param remark why it is not simply passed; empty if it is
 */
record Verdict(String name, CaseOutcome outcome, boolean rawPassed, String remark) {
  private static final String SEPARATOR = "\t";

  /** Messages of others may have several lines. */
  Verdict {
    remark = remark.strip().replaceAll("\\s+", " ");
  }

  /** The same, with what stands before the remark if it failed. */
  Verdict asked(String way) {
    return outcome == CaseOutcome.FAILED
        ? new Verdict(name, outcome, rawPassed, way + remark)
        : this;
  }

  /** Whether there is nothing to say. */
  boolean isPlain() {
    return outcome == CaseOutcome.PASSED && remark.isEmpty();
  }

  /** For people. */
  String line() {
    return String.join(" ", name, outcome.name().toLowerCase(Locale.ROOT), remark);
  }

  /** For {@link #parse}. */
  String format() {
    return String.join(SEPARATOR, name, outcome.name(), Boolean.toString(rawPassed), remark);
  }

  static Verdict parse(String text) {
    String[] parts = text.split(SEPARATOR, -1);
    return new Verdict(
        parts[0], CaseOutcome.valueOf(parts[1]), Boolean.parseBoolean(parts[2]), parts[3]);
  }
}
