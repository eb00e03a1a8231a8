package io.mlops4j.monitor.live.watch.labels;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.performance.PerformancePeriod;
import io.mlops4j.monitor.performance.task.GroupNames;
import io.mlops4j.monitor.performance.task.LabelledRows;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The predictions of one version in one period, with their labels. Guarded by its track. */
final class PeriodTrack {
  /** Labels count as complete when at most one row in this number still waits. */
  private static final int COMPLETE = 100;

  final long number;
  long predicted;
  long unanswered;
  long waiting;
  long labelled;

  /** Null once the rows were dropped. */
  @Nullable LabelledRows rows;

  /** A window of an estimator, or null. */
  PerformanceEstimator.@Nullable Window estimate;

  /** The figures of the period; null until its labels are complete. */
  @Nullable PerformancePeriod complete;

  PeriodTrack(
      long number, @Nullable LabelledRows rows, PerformanceEstimator.@Nullable Window estimate) {
    this.number = number;
    this.rows = rows;
    this.estimate = estimate;
  }

  void write(StateWriter out) {
    out.put(number).put(predicted).put(unanswered).put(waiting).put(labelled);
    out.optional(rows, (to, its) -> its.write(to));
    out.optional(estimate, (to, its) -> to.put(its.toBytes()));
    out.optional(complete, PeriodTrack::write);
  }

  static PeriodTrack read(StateReader in, PerformanceRules policy, GroupNames names) {
    PeriodTrack period = new PeriodTrack(in.int64(), null, null);
    period.predicted = in.count();
    period.unanswered = in.count();
    period.waiting = in.count();
    period.labelled = in.count();
    period.rows =
        in.optional(
            its -> LabelledRows.read(its, policy.task().width(), policy.groups().size(), names));
    byte[] estimate = in.optional(StateReader::bytes);
    if (estimate != null) {
      PerformanceRules.Estimator estimator = policy.estimator();
      if (estimator == null) {
        throw new IllegalArgumentException("found an estimate, expected none");
      }
      period.estimate = estimator.of().window(estimate);
    }
    period.complete = in.optional(PeriodTrack::figures);
    return period;
  }

  private static void write(StateWriter out, PerformancePeriod period) {
    out.put(period.from()).put(period.to()).put(period.predicted()).put(period.labelled());
    out.each(
        period.figures().entrySet(),
        (to, figure) -> {
          to.put(figure.getKey());
          boolean known = figure.getValue() instanceof Metric.Value;
          to.put(known);
          if (figure.getValue() instanceof Metric.Value value) {
            to.put(value.value()).put(value.standardError());
          } else if (figure.getValue() instanceof Metric.Undefined undefined) {
            to.put(undefined.reason());
          }
        });
  }

  private static PerformancePeriod figures(StateReader in) {
    Instant from = in.time();
    Instant to = in.time();
    long predicted = in.count();
    long labelled = in.count();
    Map<String, Metric> figures = new LinkedHashMap<>();
    in.forEach(
        one ->
            figures.put(
                one.text(),
                one.flag()
                    ? new Metric.Value(one.number(), one.number())
                    : new Metric.Undefined(one.text())));
    return new PerformancePeriod(from, to, predicted, labelled, figures);
  }

  /** Whether nearly all labels are here or will not come. */
  boolean hasLabels() {
    return waiting * COMPLETE <= predicted;
  }
}
