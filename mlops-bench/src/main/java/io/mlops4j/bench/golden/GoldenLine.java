package io.mlops4j.bench.golden;

import java.util.Locale;

/** One expected value beside the library's answer. */
record GoldenLine(
    String caseName, String path, String got, String expected, GoldenOutcome outcome) {
  @Override
  public String toString() {
    return String.join(
        " ",
        word(caseName),
        word(path),
        word(got),
        word(expected),
        outcome.toString().toLowerCase(Locale.ROOT));
  }

  /** Every column is one word, so that a line can be split at its spaces. */
  private static String word(String text) {
    return text.isBlank() ? "-" : text.strip().replaceAll("\\s+", "_");
  }
}
