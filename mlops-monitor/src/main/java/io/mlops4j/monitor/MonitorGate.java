package io.mlops4j.monitor;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.gate.CallGate;
import io.mlops4j.monitor.internal.AnytimeBounds;
import io.mlops4j.monitor.internal.AnytimeBounds.Range;
import io.mlops4j.monitor.internal.Conditions;
import io.mlops4j.monitor.live.window.WindowEffects;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.OutputDifference;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * Judges a candidate by what a monitor knows of it; see {@link ModelMonitor#gate}. All conditions
 * must hold. Immutable and thread safe.
 *
 * <p>The conditions on calls compare intervals with their bounds; {@link CallGate} says how. A
 * monitor that was not attached to the deployment has counted no call and no row, so its gate is
 * inconclusive.
 */
public final class MonitorGate implements Gate {
  private static final String OPEN = "open_incidents";

  private final ModelMonitor monitor;
  private final CallGate calls;
  private final Conditions conditions;

  MonitorGate(ModelMonitor monitor, CallGate calls, Conditions conditions) {
    this.monitor = monitor;
    this.calls = calls;
    this.conditions = conditions;
  }

  private MonitorGate with(Gate condition) {
    return new MonitorGate(monitor, calls, conditions.with(condition));
  }

  /**
   * Bounds the share of the candidate's calls that fail; see {@link CallGate#maxErrorRate}.
   *
   * @param share strictly between 0 and 1, for example 0.01
   * @return a gate with this condition too
   * @throws IllegalArgumentException if the share is out of range
   */
  public MonitorGate maxErrorRate(double share) {
    return with(calls.maxErrorRate(share));
  }

  /**
   * Bounds the candidate's share of failed calls minus the baseline's; see {@link
   * CallGate#maxErrorIncrease}.
   *
   * @param difference strictly between 0 and 1, for example 0.005
   * @return a gate with this condition too
   * @throws IllegalArgumentException if the difference is out of range
   */
  public MonitorGate maxErrorIncrease(double difference) {
    return with(calls.maxErrorIncrease(difference));
  }

  /**
   * Bounds by how much the 95th percentile of the candidate's times exceeds that of the baseline on
   * the same minutes; see {@link CallGate#maxLatencyIncrease(double)}.
   *
   * @param share more than 0; 0.2 allows times that are 20 % longer
   * @return a gate with this condition too
   * @throws IllegalArgumentException if the share is out of range
   */
  public MonitorGate maxLatencyIncrease(double share) {
    return with(calls.maxLatencyIncrease(share));
  }

  /**
   * Bounds by how much a quantile of the candidate's times exceeds that of the baseline on the same
   * minutes; see {@link CallGate#maxLatencyIncrease(double, double)}.
   *
   * @param share more than 0; 0.2 allows times that are 20 % longer
   * @param quantile strictly between 0 and 1, for example 0.99
   * @return a gate with this condition too
   * @throws IllegalArgumentException if the share or the quantile is out of range
   */
  public MonitorGate maxLatencyIncrease(double share, double quantile) {
    return with(calls.maxLatencyIncrease(share, quantile));
  }

  /**
   * Fails while drift is open that began during the trial, whose incident nobody acknowledged, and
   * whose column drifted in the candidate's newest window. Inconclusive until a window of the
   * candidate that began during the trial is complete.
   *
   * @return a gate with this condition too
   */
  public MonitorGate noDrift() {
    return with(
        trial ->
            incidents(
                EnumSet.of(Alarm.Kind.DRIFT),
                trial,
                (incident, drift) ->
                    !drift.opened().isBefore(trial.since())
                        && window(trial).filter(one -> drifted(one, drift)).isPresent()));
  }

  /**
   * Fails while an incident is open that nobody acknowledged, even one that began before the trial.
   * Performance counts only if it is the candidate's. Inconclusive until a window of the candidate
   * that began during the trial is complete.
   *
   * @param kinds the kinds of findings that count; all if none is given
   * @return a gate with this condition too
   */
  public MonitorGate noOpenIncidents(Alarm.Kind... kinds) {
    Set<Alarm.Kind> counted =
        kinds.length == 0
            ? EnumSet.allOf(Alarm.Kind.class)
            : EnumSet.copyOf(Arrays.asList(Objects.requireNonNull(kinds, "kinds")));
    return with(
        trial -> incidents(counted, trial, (incident, one) -> concerns(incident, one, trial)));
  }

  /**
   * Requires a figure of the candidate to be at least a value.
   *
   * @param figure a {@linkplain ModelMonitor#figures figure of performance}, business figures
   *     included; or, from answers alone, {@code estimated_} and the name of a figure of the
   *     policy's estimator: roc_auc, accuracy, precision, recall, f1; mae, rmse
   * @param value the least value
   * @return a gate with this condition too
   * @throws IllegalArgumentException if there is no such figure, or the value is not finite
   */
  public MonitorGate minimum(String figure, double value) {
    checkFinite(value);
    return with(figure(figure).bound(value, true));
  }

  /**
   * Requires a figure of the candidate to be at most a value.
   *
   * @param figure a figure, as for {@link #minimum}
   * @param value the greatest value
   * @return a gate with this condition too
   * @throws IllegalArgumentException if there is no such figure, or the value is not finite
   */
  public MonitorGate maximum(String figure, double value) {
    checkFinite(value);
    return with(figure(figure).bound(value, false));
  }

  /**
   * Requires a figure of which more is better, such as {@code roc_auc}, not to be lower than the
   * baseline's, both from predictions since the day (or other period) in which the trial began.
   * Passes without a baseline.
   *
   * @param figure a figure, as for {@link #minimum}
   * @param tolerance the loss that is allowed, more than 0. The smaller it is, the more labels are
   *     needed
   * @return a gate with this condition too
   * @throws IllegalArgumentException if there is no such figure, or the tolerance is out of range
   */
  public MonitorGate notLower(String figure, double tolerance) {
    return with(figure(figure).difference(Conditions.checkPositive("tolerance", tolerance), true));
  }

  /**
   * Requires a figure of which less is better, such as {@code log_loss}, not to be higher than the
   * baseline's; see {@link #notLower}.
   *
   * @param figure a figure, as for {@link #minimum}
   * @param tolerance the increase that is allowed, more than 0
   * @return a gate with this condition too
   * @throws IllegalArgumentException if there is no such figure, or the tolerance is out of range
   */
  public MonitorGate notHigher(String figure, double tolerance) {
    return with(figure(figure).difference(Conditions.checkPositive("tolerance", tolerance), false));
  }

  /**
   * Bounds the difference of a figure of the candidate between any two groups of rows with at least
   * 100 labels, such as the recall of two regions; of a ranking, with about 100 queries that have a
   * relevant item.
   *
   * @param column a column of {@link PerformancePolicy#groups}
   * @param figure a figure that is not estimated
   * @param gap the largest difference that is allowed, more than 0
   * @return a gate with this condition too
   * @throws IllegalArgumentException if there is no such figure or column, or the gap is out of
   *     range
   */
  public MonitorGate maxGap(String column, String figure, double gap) {
    Objects.requireNonNull(column, "column");
    if (!monitor.groups().contains(column)) {
      throw new IllegalArgumentException(
          "column: found \"%s\", expected one of %s; see PerformancePolicy.groups(...)"
              .formatted(column, monitor.groups()));
    }
    double bound = Conditions.checkPositive("gap", gap);
    if (!monitor.figures().contains(figure)) {
      throw unknownFigure(figure);
    }
    return with(new FigureCondition(monitor, figure).gap(column, bound));
  }

  /**
   * Bounds the share of rows on which the candidate, as a shadow, answers otherwise than the
   * baseline: numbers that differ by more than {@link MonitorBuilder#answerTolerance}, and other
   * values that are not equal. All rows of {@link ModelMonitor#comparisons} count. About {@code 7 /
   * share} rows without a difference are needed to pass. Passes without a baseline. The evidence is
   * named for example {@code disagreement_probability}.
   *
   * <p>In a rollout, the deployment needs the candidate as a shadow, too: {@code
   * .shadow("flight-delay@champion.rollout")}.
   *
   * @param output the output; inconclusive while no row of both has it
   * @param share strictly between 0 and 1, for example 0.05
   * @return a gate with this condition too
   * @throws IllegalArgumentException if the share is out of range
   */
  public MonitorGate maxDisagreement(String output, double share) {
    Objects.requireNonNull(output, "output");
    double bound = Conditions.checkShare("share", share);
    String name = "disagreement_" + output;
    return with(Conditions.ofBoth(name, bound, trial -> disagreement(trial, name, output, bound)));
  }

  private Verdict disagreement(Trial trial, String name, String output, double bound) {
    List<OutputDifference> found =
        monitor.comparisons().stream()
            .filter(pair -> trial.isBaseline(pair.baseline()))
            .filter(pair -> trial.isCandidate(pair.candidate()))
            .flatMap(pair -> pair.outputs().stream())
            .filter(one -> one.name().equals(output))
            .toList();
    long rows = found.stream().mapToLong(OutputDifference::rows).sum();
    if (rows == 0) {
      return Conditions.inconclusive(
          name,
          bound,
          "no row was answered with %s by both; the candidate must be a shadow of the deployment"
              .formatted(output));
    }
    long different = found.stream().mapToLong(OutputDifference::different).sum();
    Range range = AnytimeBounds.probability((double) different, (double) rows, Conditions.ALPHA);
    double share = (double) different / rows;
    String text =
        "%s differs in %d of %d rows, %s (%s), bound %s"
            .formatted(
                output,
                different,
                rows,
                Conditions.share(share),
                Conditions.shares(range),
                Conditions.share(bound));
    return Conditions.atMost(name, share, bound, range, text, "rows");
  }

  private FigureCondition figure(String figure) {
    Objects.requireNonNull(figure, "figure");
    String prefix = FigureCondition.ESTIMATED;
    String realised = figure.startsWith(prefix) ? figure.substring(prefix.length()) : figure;
    if (!monitor.figures().contains(figure) && !monitor.figures().contains(realised)) {
      throw unknownFigure(figure);
    }
    return new FigureCondition(monitor, figure);
  }

  private IllegalArgumentException unknownFigure(String figure) {
    return new IllegalArgumentException(
        "figure: found \"%s\", expected one of %s%s"
            .formatted(
                figure,
                monitor.figures(),
                monitor.figures().isEmpty()
                    ? "; see ModelMonitor.builder(...).performance(...)"
                    : ""));
  }

  private static void checkFinite(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("value: found " + value + ", expected a finite number");
    }
  }

  private Optional<WindowReport> window(Trial trial) {
    return monitor.newestWindows().stream()
        .filter(one -> trial.isCandidate(one.servedBy()))
        .filter(one -> !one.from().isBefore(trial.since()))
        .max(Comparator.comparing(WindowReport::to));
  }

  private static boolean drifted(WindowReport window, Incident.Finding drift) {
    return new WindowSummary(WindowEffects.of(window, List.of())).drifted(drift.subject());
  }

  private Verdict incidents(
      Set<Alarm.Kind> kinds, Trial trial, BiPredicate<Incident, Incident.Finding> counts) {
    List<Evidence> open = new ArrayList<>();
    for (Incident incident : monitor.incidents()) {
      if (incident.acknowledgedBy().isEmpty()) {
        incident.findings().stream()
            .filter(one -> one.isOpen() && kinds.contains(one.kind()))
            .filter(one -> counts.test(incident, one))
            .forEach(one -> open.add(evidence(incident, one)));
      }
    }
    if (!open.isEmpty()) {
      return new Verdict.Fail(open);
    }
    String which =
        kinds.stream()
            .map(kind -> kind.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(" or "));
    return window(trial).isPresent()
        ? new Verdict.Pass(Conditions.evidence(OPEN, 0, 0, "no incident of " + which + " is open"))
        : Conditions.inconclusive(
            OPEN, 0, "no window of the candidate began and ended since " + trial.since());
  }

  private static boolean concerns(Incident incident, Incident.Finding finding, Trial trial) {
    return finding.kind() != Alarm.Kind.PERFORMANCE || trial.isCandidate(incident.servedBy());
  }

  private static Evidence evidence(Incident incident, Incident.Finding finding) {
    Evidence newest = finding.newest();
    return new Evidence(
        newest.name(),
        newest.measured(),
        newest.bound(),
        "%s is open since %s: %s".formatted(incident.id(), incident.opened(), newest.text()));
  }

  /** Inconclusive if there is no condition. */
  @Override
  public Verdict judge(Trial trial) {
    return conditions.judge(trial);
  }
}
