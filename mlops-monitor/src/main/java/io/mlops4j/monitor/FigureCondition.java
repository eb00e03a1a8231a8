package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.internal.AnytimeBounds;
import io.mlops4j.monitor.internal.AnytimeBounds.Range;
import io.mlops4j.monitor.internal.Conditions;
import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.performance.GroupFigures;
import io.mlops4j.monitor.performance.LabelCoverage;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A condition of a {@link MonitorGate} on a figure of performance, from all predictions since the
 * period in which the trial began.
 *
 * <p>The figure's interval is its value and so many standard errors that it may be looked at at any
 * time.
 */
final class FigureCondition {
  /** Fewer rows have no normal distribution. */
  private static final long FEWEST_ROWS = 100;

  /**
   * The least standard error times the number of rows, because a perfect score has none. It gives
   * the interval of a share of which no row was seen.
   */
  private static final double FEWEST_ERRORS = 2;

  static final String ESTIMATED = "estimated_";

  private final ModelMonitor monitor;
  private final String figure;

  FigureCondition(ModelMonitor monitor, String figure) {
    this.monitor = monitor;
    this.figure = figure;
  }

  /**
   * A figure of one side.
   *
   * @param rows the rows behind it
   * @param coverage in words
   */
  private record Side(double value, double error, long rows, String coverage) {}

  /** A bound of the figure, in either direction. */
  Gate bound(double bound, boolean minimum) {
    return trial -> {
      Object found = side("candidate", trial::isCandidate, trial);
      if (!(found instanceof Side side)) {
        return unknown(bound, found);
      }
      double half = half(side.error(), side.rows());
      String text =
          "%s of the candidate is %s (%s to %s), %s %s; %s"
              .formatted(
                  figure,
                  Figures.of(side.value()),
                  Figures.of(side.value() - half),
                  Figures.of(side.value() + half),
                  minimum ? "minimum" : "maximum",
                  Figures.of(bound),
                  side.coverage());
      double excess = minimum ? bound - side.value() : side.value() - bound;
      return verdict(side.value(), bound, excess, half, text);
    };
  }

  /** Compares with the baseline. */
  Gate difference(double tolerance, boolean mayRise) {
    return Conditions.ofBoth(figure, Double.NaN, trial -> difference(trial, tolerance, mayRise));
  }

  private Verdict difference(Trial trial, double tolerance, boolean mayRise) {
    Object ours = side("candidate", trial::isCandidate, trial);
    Object theirs = side("baseline", trial::isBaseline, trial);
    if (!(ours instanceof Side candidate)) {
      return unknown(Double.NaN, ours);
    }
    if (!(theirs instanceof Side baseline)) {
      return unknown(Double.NaN, theirs);
    }
    double half =
        half(
            Math.hypot(candidate.error(), baseline.error()),
            Math.min(candidate.rows(), baseline.rows()));
    double change = candidate.value() - baseline.value();
    double bound = baseline.value() + (mayRise ? -tolerance : tolerance);
    String text =
        "%s of the candidate is %s and of the baseline %s: a difference of %s (%s to %s), %s allowed; candidate: %s; baseline: %s"
            .formatted(
                figure,
                Figures.of(candidate.value()),
                Figures.of(baseline.value()),
                Figures.signed(change),
                Figures.signed(change - half),
                Figures.signed(change + half),
                Figures.signed(mayRise ? -tolerance : tolerance),
                candidate.coverage(),
                baseline.coverage());
    return verdict(candidate.value(), bound, (mayRise ? -change : change) - tolerance, half, text);
  }

  /** Bounds the difference between any two groups that have enough rows. */
  Gate gap(String column, double bound) {
    return trial -> {
      Performance performance = performance(trial::isCandidate, trial);
      if (performance == null) {
        return unknown(bound, "the candidate has no predictions since " + trial.since());
      }
      GroupFigures groups = performance.groups(column, figure);
      double independent = independent(performance);
      List<String> judged =
          groups.groups().keySet().stream()
              .filter(name -> independent * groups.rows(name) >= FEWEST_ROWS)
              .filter(name -> groups.groups().get(name) instanceof Metric.Value)
              .toList();
      if (judged.size() < 2) {
        return unknown(
            bound,
            "fewer than two groups of %s have %d labelled %s"
                .formatted(column, FEWEST_ROWS, unit(performance)));
      }
      return gap(groups, judged, independent, column, bound);
    };
  }

  /** Of all pairs, the one with the largest difference; the pairs share the level. */
  private Verdict gap(
      GroupFigures groups, List<String> judged, double independent, String column, double bound) {
    double alpha = Conditions.ALPHA / (judged.size() * (judged.size() - 1) / 2.0);
    double largest = -1;
    double low = 0;
    double high = 0;
    String text = "";
    for (int i = 0; i < judged.size(); i++) {
      for (int j = 0; j < i; j++) {
        String one = judged.get(i);
        String other = judged.get(j);
        if (groups.difference(one, other) instanceof Metric.Value difference) {
          long rows = (long) (independent * Math.min(groups.rows(one), groups.rows(other)));
          double half =
              Math.max(difference.standardError(), FEWEST_ERRORS / rows)
                  * AnytimeBounds.standardErrors(rows, alpha);
          double gap = Math.abs(difference.value());
          low = Math.max(low, gap - half);
          high = Math.max(high, gap + half);
          if (gap > largest) {
            largest = gap;
            text =
                "%s differs by %s between %s and %s, of %s groups of %s"
                    .formatted(
                        figure,
                        Figures.of(gap),
                        one,
                        other,
                        Figures.of((long) judged.size()),
                        column);
          }
        }
      }
    }
    String all =
        text
            + " (largest gap %s to %s), bound %s"
                .formatted(Figures.of(low), Figures.of(high), Figures.of(bound));
    return verdict(largest, bound, (low + high) / 2 - bound, (high - low) / 2, all);
  }

  /** Returns the figure of one side, or the reason why there is none. */
  private Object side(String name, Predicate<ServedBy> which, Trial trial) {
    Performance performance = performance(which, trial);
    if (performance == null) {
      return "the " + name + " has no predictions since " + trial.since();
    }
    boolean estimated = !monitor.figures().contains(figure);
    Metric metric = estimated ? estimate(performance) : performance.figure(figure);
    LabelCoverage coverage = performance.coverage();
    long rows =
        estimated
            ? coverage.predicted() - coverage.unanswered()
            : (long) (independent(performance) * coverage.used());
    if (!(metric instanceof Metric.Value value)) {
      return figure + " of the " + name + ": " + ((Metric.Undefined) metric).reason();
    }
    if (Double.isInfinite(value.standardError())) {
      return figure + " of the " + name + " has no standard error, so no verdict is possible";
    }
    if (rows < FEWEST_ROWS) {
      return "the %s has %s %s, at least %d are needed"
          .formatted(
              name,
              Figures.of(rows),
              estimated ? "rows" : "labelled " + unit(performance),
              FEWEST_ROWS);
    }
    return new Side(
        value.value(),
        Math.max(value.standardError(), FEWEST_ERRORS / rows),
        rows,
        estimated ? Figures.of(rows) + " rows" : coverage.toString());
  }

  /** The independent observations for each row: the items of a query are one together. */
  private static double independent(Performance performance) {
    return performance.isRanking()
        ? (double) performance.ranking().queries() / Math.max(1, performance.coverage().used())
        : 1;
  }

  private static String unit(Performance performance) {
    return performance.isRanking() ? "queries with a relevant item" : "rows";
  }

  private @Nullable Performance performance(Predicate<ServedBy> which, Trial trial) {
    return monitor.performanceSince(which, trial.since());
  }

  private Metric estimate(Performance performance) {
    Map<String, Metric> figures =
        performance.estimated().map(PerformanceEstimator.Estimate::figures).orElse(Map.of());
    Metric metric = figures.get(figure.substring(ESTIMATED.length()));
    if (metric == null) {
      return new Metric.Undefined(
          figures.isEmpty()
              ? "the policy has no estimator; see PerformancePolicy.estimate(...)"
              : "found \"" + figure + "\", expected estimated_ and one of " + figures.keySet());
    }
    return metric;
  }

  private static double half(double error, long rows) {
    return error * AnytimeBounds.standardErrors(rows, Conditions.ALPHA);
  }

  /**
   * @param excess how far the figure is beyond its bound; below 0 if it keeps the bound
   * @param half half the width of the interval
   */
  private Verdict verdict(double measured, double bound, double excess, double half, String text) {
    return Conditions.within(
        figure, measured, bound, new Range(excess - half, excess + half), text, "rows");
  }

  private Verdict unknown(double bound, Object reason) {
    return Conditions.inconclusive(figure, bound, reason.toString());
  }
}
