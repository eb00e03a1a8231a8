package io.mlops4j.monitor.internal;

import io.mlops4j.monitor.internal.AnytimeBounds.Range;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The conditions of a gate, all of which must hold; verdicts on intervals, and their texts.
 * Immutable.
 */
public final class Conditions implements Gate {
  public static final Conditions NONE = new Conditions(List.of());

  /** The chance that a condition ever gives a wrong verdict. */
  public static final double ALPHA = 0.05;

  private final List<Gate> all;

  private Conditions(List<Gate> all) {
    this.all = List.copyOf(all);
  }

  public Conditions with(Gate condition) {
    List<Gate> more = new ArrayList<>(all);
    more.add(condition);
    return new Conditions(more);
  }

  /** Inconclusive if there is no condition. */
  @Override
  public Verdict judge(Trial trial) {
    Objects.requireNonNull(trial, "trial");
    return all.stream()
        .map(condition -> condition.judge(trial))
        .reduce(Verdict::and)
        .orElseGet(
            () ->
                inconclusive(
                    "conditions",
                    Double.NaN,
                    "the gate has no condition; add one, for example maxErrorRate(0.01)"));
  }

  /**
   * A condition that passes without a baseline.
   *
   * @param name the name of the evidence
   * @param bound the bound that evidence shows
   */
  public static Gate ofBoth(String name, double bound, Gate condition) {
    return trial ->
        trial.baseline().isPresent()
            ? condition.judge(trial)
            : new Verdict.Pass(
                evidence(name, Double.NaN, bound, "there is no baseline to compare with"));
  }

  /**
   * Judges a figure that must not be above its bound.
   *
   * @param more what is needed while the bound lies inside the interval
   */
  public static Verdict atMost(
      String name, double measured, double bound, Range range, String text, String more) {
    return within(
        name, measured, bound, new Range(range.low() - bound, range.high() - bound), text, more);
  }

  /**
   * Judges a figure.
   *
   * @param excess by how much the figure is beyond its bound; below 0 if it keeps the bound
   * @param more what is needed while 0 lies inside the interval
   */
  public static Verdict within(
      String name, double measured, double bound, Range excess, String text, String more) {
    if (excess.high() <= 0) {
      return new Verdict.Pass(evidence(name, measured, bound, text));
    }
    return excess.low() > 0
        ? new Verdict.Fail(evidence(name, measured, bound, text))
        : new Verdict.Inconclusive(
            evidence(name, measured, bound, text + "; more " + more + " are needed for a verdict"));
  }

  public static Verdict inconclusive(String name, double bound, String text) {
    return new Verdict.Inconclusive(evidence(name, Double.NaN, bound, text));
  }

  public static List<Evidence> evidence(String name, double measured, double bound, String text) {
    return List.of(new Evidence(name, measured, bound, text));
  }

  public static double checkShare(String name, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          name + ": found " + share + ", expected more than 0 and less than 1");
    }
    return share;
  }

  public static double checkPositive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + ": found " + value + ", expected more than 0");
    }
    return value;
  }

  public static String share(double share) {
    return Double.isNaN(share) ? "none" : percent("%.2f %%", share);
  }

  public static String shares(Range range) {
    return percent("%.2f %%", range.low()) + " to " + percent("%.2f %%", range.high());
  }

  public static String increase(double share) {
    return Double.isInfinite(share) ? "any" : percent("%+.1f %%", share);
  }

  public static String increases(Range range) {
    return increase(range.low()) + " to " + increase(range.high());
  }

  private static String percent(String format, double share) {
    return String.format(Locale.ROOT, format, 100 * share);
  }
}
