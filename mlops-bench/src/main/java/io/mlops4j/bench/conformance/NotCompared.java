package io.mlops4j.bench.conformance;

/** A value is of a kind that this command does not compare, or that Java cannot give or read. */
final class NotCompared extends Exception {
  private static final long serialVersionUID = 1;

  NotCompared(String message) {
    super(message);
  }
}
