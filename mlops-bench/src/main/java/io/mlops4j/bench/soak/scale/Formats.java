package io.mlops4j.bench.soak.scale;

import java.util.Locale;

/** What is scored, and in which format its scores are written. */
enum Formats {
  ARROW("arrow"),
  PARQUET("parquet"),
  CSV("arrow");

  private final String output;

  Formats(String output) {
    this.output = output;
  }

  /** The end of the name of the input. */
  String in() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The end of the name of the output. */
  String out() {
    return output;
  }

  @Override
  public String toString() {
    return in() + " to " + out();
  }
}
