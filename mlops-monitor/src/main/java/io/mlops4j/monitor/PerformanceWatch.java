package io.mlops4j.monitor;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.rollout.Evidence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Judges the newest window of complete periods of a version, as {@link PerformancePolicy} states.
 *
 * <p>The sampling error of a figure is not enough for a verdict, because days differ by more than
 * rows drawn at random: the rows of a day share their weather. So every test also uses the standard
 * deviation between periods. The window's own periods are not used for it if five others of the
 * version are there, because a loss within the window would hide itself.
 */
final class PerformanceWatch {
  /** Fewer periods do not show the deviation between periods well enough. */
  static final int FEWEST_PERIODS = 5;

  /** The loss against earlier periods that is tolerated, for figures up to 1. */
  private static final double TOLERANCE = 0.05;

  /** The loss that is tolerated for errors in the unit of the labels. */
  private static final double RELATIVE_TOLERANCE = 0.1;

  private final PerformancePolicy policy;

  PerformanceWatch(PerformancePolicy policy) {
    this.policy = policy;
  }

  /** The deviation of a figure between periods, with its degrees of freedom. */
  private record Spread(double deviation, int freedom) {

    /** Returns the deviation within each series, pooled; null if five periods are not there. */
    static @Nullable Spread of(List<double[]> series) {
      double squares = 0;
      int freedom = 0;
      for (double[] values : series) {
        double mean = mean(values);
        squares += Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        freedom += Math.max(0, values.length - 1);
      }
      return freedom < FEWEST_PERIODS - 1
          ? null
          : new Spread(Math.sqrt(squares / freedom), freedom);
    }

    double critical(double level) {
      return TDistribution.of(freedom).inverseSurvivalProbability(level);
    }
  }

  /**
   * Judges a version.
   *
   * @param earlier the versions before it
   * @param level the level of all tests together
   */
  Judged judge(VersionTrack track, Collection<VersionTrack> earlier, double level) {
    VersionTrack.Windowed now = Objects.requireNonNull(track.completeWindow());
    List<List<Performance.Period>> others = earlier.stream().map(VersionTrack::history).toList();
    Judgement judgement = new Judgement(track, now, others);
    if (policy.bounds().isEmpty()) {
      judgement.againstEarlier(level);
    }
    for (PerformancePolicy.Bound bound : policy.bounds()) {
      judgement.againstBound(bound, level / policy.bounds().size());
    }
    return new Judged(track.servedBy(), judgement.subjects, judgement.found);
  }

  private static double[] values(List<Performance.Period> periods, String figure) {
    return periods.stream()
        .mapToDouble(period -> period.value(figure))
        .filter(Double::isFinite)
        .toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  /** One judgement of one version. */
  private final class Judgement {
    private final VersionTrack track;
    private final VersionTrack.Windowed now;
    private final List<List<Performance.Period>> others;
    private final Set<Subject> subjects = new LinkedHashSet<>();
    private final List<Finding> found = new ArrayList<>();

    Judgement(
        VersionTrack track, VersionTrack.Windowed now, List<List<Performance.Period>> others) {
      this.track = track;
      this.now = now;
      this.others = others;
    }

    void againstBound(PerformancePolicy.Bound bound, double level) {
      String name = bound.figure();
      Spread spread = spread(name);
      int periods = values(now.own(), name).length;
      if (spread == null
          || periods == 0
          || !(now.performance().figure(name) instanceof Metric.Value figure)) {
        return;
      }
      double error = Math.max(figure.standardError(), spread.deviation() / Math.sqrt(periods));
      double beyond =
          bound.minimum() ? bound.value() - figure.value() : figure.value() - bound.value();
      judged(
          new Test(name, bound.minimum(), figure.value(), bound.value(), beyond, error, spread),
          beyond / error > spread.critical(level),
          bound.minimum() ? "the stated minimum" : "the stated maximum");
    }

    /** The deviation of the version's own earlier periods, or of all periods of all versions. */
    private @Nullable Spread spread(String name) {
      double[] own = values(now.earlier(), name);
      if (own.length >= FEWEST_PERIODS) {
        return Spread.of(List.of(own));
      }
      List<double[]> series = new ArrayList<>();
      series.add(values(now.all(), name));
      others.forEach(other -> series.add(values(other, name)));
      return Spread.of(series);
    }

    void againstEarlier(double level) {
      PerformanceTask<?> task = policy.task();
      String name = task.main();
      double sign = task.moreIsBetter() ? 1 : -1;
      double[] standard = standard(name, sign);
      int periods = values(now.own(), name).length;
      if (standard == null
          || periods == 0
          || !(now.performance().figure(name) instanceof Metric.Value figure)) {
        return;
      }
      Spread spread = Objects.requireNonNull(Spread.of(List.of(standard)));
      double before = mean(standard);
      double error =
          Math.max(
              figure.standardError(),
              spread.deviation() * Math.sqrt(1.0 / standard.length + 1.0 / periods));
      double loss = sign * (before - figure.value());
      double tolerated = task.moreIsBetter() ? TOLERANCE : RELATIVE_TOLERANCE * Math.abs(before);
      double bound = before - sign * tolerated;
      judged(
          new Test(
              name, task.moreIsBetter(), figure.value(), bound, loss - tolerated, error, spread),
          loss > tolerated && loss / error > spread.critical(level),
          "earlier periods reached %s, and %s is tolerated"
              .formatted(Figures.of(before), Figures.of(tolerated)));
    }

    /** The best of the earlier versions and of the version's own earlier periods. */
    private double @Nullable [] standard(String name, double sign) {
      List<double[]> all = new ArrayList<>();
      all.add(values(now.earlier(), name));
      others.forEach(other -> all.add(values(other, name)));
      double[] best = null;
      for (double[] one : all) {
        if (one.length >= FEWEST_PERIODS
            && (best == null || sign * mean(one) > sign * mean(best))) {
          best = one;
        }
      }
      return best;
    }

    private void judged(Test test, boolean isBad, String bound) {
      Subject subject = new Subject(Alarm.Kind.PERFORMANCE, test.name(), track.servedBy());
      subjects.add(subject);
      if (isBad) {
        String measure = test.minimum() ? "below" : "above";
        found.add(
            new Finding(
                subject,
                measure,
                test.relative(),
                new Evidence(
                    test.name(), test.value(), test.bound(), test.text(measure, bound, now))));
      }
    }
  }

  /**
   * A figure against a bound.
   *
   * @param minimum whether the figure must not be below the bound, or not above it
   * @param beyond how far it is beyond the bound
   */
  private record Test(
      String name,
      boolean minimum,
      double value,
      double bound,
      double beyond,
      double error,
      Spread spread) {

    /** 1 at the bound, and 1 more for each deviation between periods beyond it. */
    double relative() {
      double unit = spread.deviation() > 0 ? spread.deviation() : Math.abs(bound);
      return 1 + (unit > 0 ? beyond / unit : beyond);
    }

    String text(String measure, String why, VersionTrack.Windowed now) {
      String[] figures = Figures.apart(value, bound);
      return "%s %s is %s %s (%s; %d periods from %s; %s; periods differ by %s, standard error %s)"
          .formatted(
              name,
              figures[0],
              measure,
              figures[1],
              why,
              now.own().size(),
              now.performance().coverage().from(),
              now.performance().coverage(),
              Figures.of(spread.deviation()),
              Figures.of(error));
    }
  }
}
