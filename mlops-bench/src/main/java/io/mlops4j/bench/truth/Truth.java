package io.mlops4j.bench.truth;

import java.util.Locale;

/**
 * How often a rule raised an alarm.
 *
 * @param name the rule and the data
 * @param alarms how often
 * @param repetitions of how many times
 * @param stated how often it says that it does, at most; NaN if it says nothing
 */
record Truth(String name, long alarms, int repetitions, double stated) {
  /** Chance exceeds so many deviations in one of 740 lines. */
  private static final double DEVIATIONS = 3;

  double measured() {
    return (double) alarms / repetitions;
  }

  /** Whether what was measured could come from what was stated. */
  boolean ok() {
    double deviation = Math.sqrt(stated * (1 - stated) / repetitions);
    return !(measured() > stated + DEVIATIONS * deviation);
  }

  Line line() {
    return new Line(
        name,
        String.format(Locale.ROOT, "%.4f", measured()),
        Double.isNaN(stated) ? "-" : String.format(Locale.ROOT, "<=%.2f", stated),
        ok(),
        "");
  }
}
