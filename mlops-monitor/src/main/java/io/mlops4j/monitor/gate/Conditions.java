package io.mlops4j.monitor.gate;

import io.mlops4j.monitor.internal.AnytimeBounds.Range;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Verdict;
import java.util.List;
import java.util.Locale;

/** Verdicts on intervals, and their texts. */
final class Conditions {
  private Conditions() {}

  /** Judges a figure that must not be above its bound. */
  static Verdict verdict(String name, double measured, double bound, Range range, String text) {
    if (range.high() <= bound) {
      return new Verdict.Pass(List.of(new Evidence(name, measured, bound, text)));
    }
    if (range.low() > bound) {
      return new Verdict.Fail(List.of(new Evidence(name, measured, bound, text)));
    }
    String open = text + "; more calls are needed for a verdict";
    return new Verdict.Inconclusive(List.of(new Evidence(name, measured, bound, open)));
  }

  static Verdict noBaseline(String name, double bound) {
    String text = "there is no baseline to compare with";
    return new Verdict.Pass(List.of(new Evidence(name, Double.NaN, bound, text)));
  }

  static Verdict none() {
    String text = "the gate has no condition; add one, for example maxErrorRate(0.01)";
    return new Verdict.Inconclusive(
        List.of(new Evidence("conditions", Double.NaN, Double.NaN, text)));
  }

  static String share(double share) {
    return Double.isNaN(share) ? "none" : percent("%.2f %%", share);
  }

  static String shares(Range range) {
    return percent("%.2f %%", range.low()) + " to " + percent("%.2f %%", range.high());
  }

  static String increase(double share) {
    return Double.isInfinite(share) ? "any" : percent("%+.1f %%", share);
  }

  static String increases(Range range) {
    return increase(range.low()) + " to " + increase(range.high());
  }

  private static String percent(String format, double share) {
    return String.format(Locale.ROOT, format, 100 * share);
  }
}
