package io.mlops4j.monitor.gate;

import io.mlops4j.monitor.internal.AnytimeBounds;
import io.mlops4j.monitor.internal.AnytimeBounds.Range;
import io.mlops4j.monitor.internal.Conditions;
import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import java.time.Duration;

/**
 * Judges a candidate by the failures and times of its calls, against the baseline's calls of the
 * same minutes. All conditions must hold. Immutable and thread safe.
 *
 * <p>Each condition compares an interval with its bound: it passes if the whole interval keeps the
 * bound, fails if the whole interval breaks it, and is inconclusive while the bound lies inside.
 * The intervals hold at all times, so a rollout may judge as often as it likes: the chance that a
 * condition ever gives a wrong verdict is at most 5 %. This assumes calls that are independent
 * within a minute. Calls before the trial do not count. Of the minute in which it began, the calls
 * count from the candidate's first call in this trial, if it serves under another record of its
 * alias than before; otherwise from the next minute.
 *
 * <p>Intervals of shares are Robbins' mixtures over Beta(1/2, 1/2). Those of quantiles hold the
 * values whose share of calls below has such an interval around the quantile's share. Two sides
 * share the 5 %. If the baseline's calls have weights because its share of the traffic varied, they
 * count as Kish's effective number, which makes the guarantee approximate.
 */
public final class CallGate implements Gate {
  private static final String CALLS = "calls";
  private static final String INCREASE = "error_increase";

  private final CallWatch calls;
  private final Conditions conditions;

  CallGate(CallWatch calls, Conditions conditions) {
    this.calls = calls;
    this.conditions = conditions;
  }

  private CallGate with(Gate condition) {
    return new CallGate(calls, conditions.with(condition));
  }

  private PairedCalls paired(Trial trial) {
    return PairedCalls.of(calls.since(trial.since()), trial);
  }

  /**
   * Bounds the share of the candidate's calls that fail, those of a shadow included. About {@code 7
   * / share} calls without a failure are needed to pass. The evidence is named {@code error_rate}.
   *
   * @param share strictly between 0 and 1, for example 0.01
   * @return a gate with this condition too
   * @throws IllegalArgumentException if the share is out of range
   */
  public CallGate maxErrorRate(double share) {
    double bound = Conditions.checkShare("share", share);
    return with(trial -> errorRate(paired(trial), bound));
  }

  /**
   * Bounds the candidate's share of failed calls minus the baseline's. Passes without a baseline.
   * The evidence is named {@code error_increase}.
   *
   * @param difference strictly between 0 and 1, for example 0.005
   * @return a gate with this condition too
   * @throws IllegalArgumentException if the difference is out of range
   */
  public CallGate maxErrorIncrease(double difference) {
    double bound = Conditions.checkShare("difference", difference);
    return with(Conditions.ofBoth(INCREASE, bound, trial -> errorIncrease(paired(trial), bound)));
  }

  /**
   * Bounds by how much the 95th percentile of the candidate's times exceeds that of the baseline.
   * See {@link #maxLatencyIncrease(double, double)}.
   *
   * @param share more than 0; 0.2 allows times that are 20 % longer
   * @return a gate with this condition too
   * @throws IllegalArgumentException if the share is out of range
   */
  public CallGate maxLatencyIncrease(double share) {
    return maxLatencyIncrease(share, 0.95);
  }

  /**
   * Bounds by how much a quantile of the candidate's times exceeds that of the baseline. The time
   * of a call is the sum of its phases; calls that failed have none. Times are counted in buckets
   * of at most 6 % and interpolated there. Passes without a baseline. The evidence is named for
   * example {@code latency_p95_increase}.
   *
   * @param share more than 0; 0.2 allows times that are 20 % longer
   * @param quantile strictly between 0 and 1, for example 0.99. Few calls show a median, many are
   *     needed for a high quantile
   * @return a gate with this condition too
   * @throws IllegalArgumentException if the share or the quantile is out of range
   */
  public CallGate maxLatencyIncrease(double share, double quantile) {
    double bound = Conditions.checkPositive("share", share);
    double of = Conditions.checkShare("quantile", quantile);
    String name = "latency_p" + Figures.of(100 * of).replace('.', '_') + "_increase";
    return with(
        Conditions.ofBoth(name, bound, trial -> latencyIncrease(paired(trial), name, bound, of)));
  }

  /** Inconclusive if there is no condition. */
  @Override
  public Verdict judge(Trial trial) {
    return conditions.judge(trial);
  }

  private static Verdict errorRate(PairedCalls paired, double bound) {
    WeightedCalls all = paired.all();
    Range range = AnytimeBounds.probability(failures(all), all.effectiveCalls(), Conditions.ALPHA);
    String text =
        all.calls() == 0
            ? "no call of the candidate was counted; if it gets calls, make the source of this gate"
                + " a listener of the deployment"
            : "%s of the candidate's calls failed, of %s calls (%s), bound %s"
                .formatted(
                    Conditions.share(all.failedShare()),
                    Figures.of(all.calls()),
                    Conditions.shares(range),
                    Conditions.share(bound));
    return Conditions.atMost("error_rate", all.failedShare(), bound, range, text, CALLS);
  }

  private static Verdict errorIncrease(PairedCalls paired, double bound) {
    Range ours = failedShare(paired.candidate());
    Range theirs = failedShare(paired.baseline());
    Range range = new Range(ours.low() - theirs.high(), ours.high() - theirs.low());
    double difference = paired.candidate().failedShare() - paired.baseline().failedShare();
    String text =
        "%s of the candidate's calls failed and %s of the baseline's, %s: a difference of %s (%s), bound %s"
            .formatted(
                Conditions.share(paired.candidate().failedShare()),
                Conditions.share(paired.baseline().failedShare()),
                sides(paired),
                Conditions.share(difference),
                Conditions.shares(range),
                Conditions.share(bound));
    return Conditions.atMost(INCREASE, difference, bound, range, text, CALLS);
  }

  private static Range failedShare(WeightedCalls side) {
    return AnytimeBounds.probability(failures(side), side.effectiveCalls(), Conditions.ALPHA / 2);
  }

  private static double failures(WeightedCalls side) {
    double calls = side.effectiveCalls();
    return calls == 0 ? 0 : side.failedShare() * calls;
  }

  private static Verdict latencyIncrease(
      PairedCalls paired, String name, double bound, double quantile) {
    Range ours = times(paired.candidate(), quantile);
    Range theirs = times(paired.baseline(), quantile);
    Range range = new Range(ours.low() / theirs.high() - 1, ours.high() / theirs.low() - 1);
    double now = paired.candidate().within(quantile);
    double before = paired.baseline().within(quantile);
    boolean none = paired.minutes() == 0;
    double increase = none ? Double.NaN : now / before - 1;
    String text =
        none
            ? "no minute has calls of both the candidate and the baseline that can be compared"
            : "%s %% of the candidate's calls took at most %s and of the baseline's %s, %s: %s (%s), bound %s"
                .formatted(
                    Figures.of(100 * quantile),
                    time(now),
                    time(before),
                    sides(paired),
                    Conditions.increase(increase),
                    Conditions.increases(range),
                    Conditions.increase(bound));
    return Conditions.atMost(name, increase, bound, range, text, CALLS);
  }

  private static Range times(WeightedCalls side, double quantile) {
    double answers = side.effectiveAnswers();
    if (answers == 0) {
      return new Range(0, Double.POSITIVE_INFINITY);
    }
    Range ranks = AnytimeBounds.successes(quantile, answers, Conditions.ALPHA / 2);
    double high =
        ranks.high() >= answers ? Double.POSITIVE_INFINITY : side.within(ranks.high() / answers);
    return new Range(ranks.low() <= 0 ? 0 : side.within(ranks.low() / answers), high);
  }

  private static String sides(PairedCalls paired) {
    return "of %s and %s calls in the same %s minutes"
        .formatted(
            Figures.of(paired.candidate().calls()),
            Figures.of(paired.baseline().calls()),
            Figures.of((long) paired.minutes()));
  }

  private static String time(double nanos) {
    if (!(nanos < Duration.ofMinutes(18).toNanos())) {
      return "more than 18 min";
    }
    return nanos < 1e6
        ? Figures.of(nanos / 1e3) + " \u00b5s"
        : nanos < 1e9 ? Figures.of(nanos / 1e6) + " ms" : Figures.of(nanos / 1e9) + " s";
  }
}
