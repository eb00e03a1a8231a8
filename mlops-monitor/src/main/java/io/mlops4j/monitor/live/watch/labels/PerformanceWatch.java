package io.mlops4j.monitor.live.watch.labels;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.distribution.StudentT;
import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.finding.Layer;
import io.mlops4j.monitor.live.finding.Subject;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.PerformancePeriod;
import io.mlops4j.monitor.performance.task.Measured;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import io.mlops4j.monitor.performance.task.PerformanceTask.Standard;
import io.mlops4j.rollout.Evidence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges the complete periods of a version, as the rules states: the newest window and, so that a
 * large loss is not diluted for days, the newest period alone at a tenth of the level.
 *
 * <p>The sampling error of a figure is not enough for a verdict, because days differ by more than
 * rows drawn at random: the rows of a day share their weather. So every test also uses the standard
 * deviation between periods. The window's own periods are not used for it if five others of the
 * version are there, because a loss within the window would hide itself.
 */
final class PerformanceWatch {
  /** Fewer periods do not show the deviation between periods well enough. */
  static final int FEWEST_PERIODS = 5;

  /** The share of the level that the newest period alone gets. */
  private static final double OF_NEWEST = 0.1;

  private static final NotWatched NO_LABELS =
      new NotWatched(
          "labels",
          "none found its row in the newest %d complete periods; compare the keys of labels with those of the rows, and look whether labels still arrive"
              .formatted(FEWEST_PERIODS));

  private final PerformanceRules policy;

  PerformanceWatch(PerformanceRules policy) {
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
      return StudentT.upperQuantile(level, freedom);
    }
  }

  /** The part of a version's history that is judged, and the part before it. */
  private record Look(
      Measured<?> performance,
      List<PerformancePeriod> earlier,
      List<PerformancePeriod> own,
      double share) {

    /** The window and, if it has several periods, the newest of them alone. */
    static List<Look> at(VersionTrack.Windowed now) {
      if (now.own().size() == 1) {
        return List.of(new Look(now.performance(), now.earlier(), now.own(), 1));
      }
      List<PerformancePeriod> all = now.all();
      int last = all.size() - 1;
      return List.of(
          new Look(now.performance(), now.earlier(), now.own(), 1 - OF_NEWEST),
          new Look(
              now.performance(), all.subList(0, last), all.subList(last, last + 1), OF_NEWEST));
    }

    /** The figure of all rows of the look; null if they do not define it. */
    Metric.@Nullable Value figure(String name) {
      Metric metric = own.size() == 1 ? own.get(0).figures().get(name) : performance.figure(name);
      return metric instanceof Metric.Value value && values(own, name).length > 0 ? value : null;
    }

    String text() {
      long predicted = own.stream().mapToLong(PerformancePeriod::predicted).sum();
      long labelled = own.stream().mapToLong(PerformancePeriod::labelled).sum();
      return "%s to %s, %d %s; %s of %s rows labelled (%s)"
          .formatted(
              own.get(0).from(),
              own.get(own.size() - 1).to(),
              own.size(),
              own.size() == 1 ? "period" : "periods",
              Figures.of(labelled),
              Figures.of(predicted),
              Figures.share(predicted == 0 ? 0 : (double) labelled / predicted));
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
    Judgement judgement =
        new Judgement(
            track.servedBy(),
            Look.at(now),
            now.all(),
            earlier.stream().map(VersionTrack::history).toList());
    if (policy.bounds().isEmpty()) {
      judgement.againstEarlier(level);
    }
    for (PerformanceRules.Bound bound : policy.bounds()) {
      judgement.againstBound(bound, level / policy.bounds().size());
    }
    List<PerformancePeriod> own = now.own();
    return new Judged(
        track.servedBy(),
        judgement.subjects,
        judgement.found,
        own.get(0).from(),
        own.get(own.size() - 1).to());
  }

  /** Returns what the newest complete periods leave without a verdict. */
  static List<NotWatched> unjudged(List<PerformancePeriod> complete, PerformanceRules policy) {
    if (complete.size() < FEWEST_PERIODS) {
      return List.of();
    }
    List<PerformancePeriod> newest =
        complete.subList(complete.size() - FEWEST_PERIODS, complete.size());
    if (newest.stream().allMatch(period -> period.labelled() == 0)) {
      return List.of(NO_LABELS);
    }
    Stream<String> judged =
        policy.bounds().isEmpty()
            ? Stream.of(policy.task().main())
            : policy.bounds().stream().map(PerformanceRules.Bound::figure).distinct();
    return judged
        .filter(figure -> values(newest, figure).length == 0)
        .map(
            figure ->
                new NotWatched(
                    figure,
                    "undefined in each of the newest %d complete periods; performance(version) has the reason"
                        .formatted(FEWEST_PERIODS)))
        .toList();
  }

  private static double[] values(List<PerformancePeriod> periods, String figure) {
    return periods.stream()
        .mapToDouble(period -> value(period.figures().get(figure)))
        .filter(Double::isFinite)
        .toArray();
  }

  /** The value of a figure; NaN if it is undefined. */
  private static double value(@Nullable Metric metric) {
    return metric == null ? Double.NaN : metric.orElse(Double.NaN);
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  /** One judgement of one version. */
  private final class Judgement {
    private final ServedBy version;
    private final List<Look> looks;
    private final List<PerformancePeriod> all;
    private final List<List<PerformancePeriod>> others;
    private final Set<Subject> subjects = new LinkedHashSet<>();
    private final List<Finding> found = new ArrayList<>();

    Judgement(
        ServedBy version,
        List<Look> looks,
        List<PerformancePeriod> all,
        List<List<PerformancePeriod>> others) {
      this.version = version;
      this.looks = looks;
      this.all = all;
      this.others = others;
    }

    void againstBound(PerformanceRules.Bound bound, double level) {
      String name = bound.figure();
      for (Look look : looks) {
        Spread spread = spread(look, name);
        Metric.Value figure = look.figure(name);
        if (spread != null && figure != null) {
          double error =
              Math.max(
                  figure.standardError(),
                  spread.deviation() / Math.sqrt(values(look.own(), name).length));
          double beyond =
              bound.minimum() ? bound.value() - figure.value() : figure.value() - bound.value();
          boolean isBad =
              judged(
                  new Test(
                      name, bound.minimum(), figure.value(), bound.value(), beyond, error, spread),
                  beyond / error > spread.critical(level * look.share()),
                  bound.minimum() ? "the stated minimum" : "the stated maximum",
                  look);
          if (isBad) {
            return;
          }
        }
      }
    }

    /** The deviation of the version's own earlier periods, or of all periods of all versions. */
    private @Nullable Spread spread(Look look, String name) {
      double[] own = values(look.earlier(), name);
      if (own.length >= FEWEST_PERIODS) {
        return Spread.of(List.of(own));
      }
      List<double[]> series = new ArrayList<>();
      series.add(values(all, name));
      others.forEach(other -> series.add(values(other, name)));
      return Spread.of(series);
    }

    /** The first figure that is worse speaks for those that follow. */
    void againstEarlier(double level) {
      List<Standard> all = policy.task().standards();
      for (Standard one : all) {
        if (isWorse(one, level / all.size())) {
          return;
        }
      }
    }

    private boolean isWorse(Standard one, double level) {
      String name = one.figure();
      double sign = one.moreIsBetter() ? 1 : -1;
      for (Look look : looks) {
        double[] standard = standard(look, name, sign);
        Metric.Value figure = look.figure(name);
        if (standard != null && figure != null) {
          Spread spread = Objects.requireNonNull(Spread.of(List.of(standard)));
          double before = mean(standard);
          double error =
              Math.max(
                  figure.standardError(),
                  spread.deviation()
                      * Math.sqrt(1.0 / standard.length + 1.0 / values(look.own(), name).length));
          double loss = sign * (before - figure.value());
          double tolerated = one.tolerated(before);
          boolean isBad =
              judged(
                  new Test(
                      name,
                      one.moreIsBetter(),
                      figure.value(),
                      before - sign * tolerated,
                      loss - tolerated,
                      error,
                      spread),
                  loss > tolerated && loss / error > spread.critical(level * look.share()),
                  "earlier periods reached %s, and %s is tolerated"
                      .formatted(Figures.of(before), Figures.of(tolerated)),
                  look);
          if (isBad) {
            return true;
          }
        }
      }
      return false;
    }

    /** The best of the earlier versions and of the version's own earlier periods. */
    private double @Nullable [] standard(Look look, String name, double sign) {
      List<double[]> candidates = new ArrayList<>();
      candidates.add(values(look.earlier(), name));
      others.forEach(other -> candidates.add(values(other, name)));
      double[] best = null;
      for (double[] one : candidates) {
        if (one.length >= FEWEST_PERIODS
            && (best == null || sign * mean(one) > sign * mean(best))) {
          best = one;
        }
      }
      return best;
    }

    private boolean judged(Test test, boolean isBad, String bound, Look look) {
      Subject subject = new Subject(Alarm.Kind.PERFORMANCE, test.name(), version, Layer.LABELS);
      subjects.add(subject);
      if (isBad) {
        String measure = test.minimum() ? "below" : "above";
        String text = test.text(measure, bound, look);
        Evidence evidence = new Evidence(test.name(), test.value(), test.bound(), text);
        found.add(new Finding(subject, measure, test.relative(), evidence));
      }
      return isBad;
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

    String text(String measure, String why, Look look) {
      String[] figures = Figures.apart(value, bound);
      return "%s %s is %s %s (%s; %s; periods differ by %s, standard error %s)"
          .formatted(
              name,
              figures[0],
              measure,
              figures[1],
              why,
              look.text(),
              Figures.of(spread.deviation()),
              Figures.of(error));
    }
  }
}
