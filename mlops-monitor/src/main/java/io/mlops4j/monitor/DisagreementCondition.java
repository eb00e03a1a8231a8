package io.mlops4j.monitor;

import io.mlops4j.monitor.internal.AnytimeBounds;
import io.mlops4j.monitor.internal.AnytimeBounds.Range;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.OutputDifference;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import java.util.List;
import java.util.Locale;

/**
 * Bounds the share of rows on which a shadow's answer differs from the baseline's. Immutable.
 *
 * @param output the output
 * @param bound the largest share that is allowed
 */
record DisagreementCondition(ModelMonitor monitor, String output, double bound) implements Gate {
  private static final double ALPHA = 0.05;

  @Override
  public Verdict judge(Trial trial) {
    if (trial.baseline().isEmpty()) {
      return new Verdict.Pass(evidence(Double.NaN, "there is no baseline to compare with"));
    }
    List<OutputDifference> found =
        monitor.comparisons().stream()
            .filter(pair -> trial.isBaseline(pair.baseline()))
            .filter(pair -> trial.isCandidate(pair.candidate()))
            .flatMap(pair -> pair.outputs().stream())
            .filter(one -> one.name().equals(output))
            .toList();
    long rows = found.stream().mapToLong(OutputDifference::rows).sum();
    if (rows == 0) {
      return new Verdict.Inconclusive(
          evidence(
              Double.NaN,
              "no row was answered with %s by both; the candidate must be a shadow of the deployment"
                  .formatted(output)));
    }
    long different = found.stream().mapToLong(OutputDifference::different).sum();
    return verdict(different, rows);
  }

  private Verdict verdict(long different, long rows) {
    Range range = AnytimeBounds.probability((double) different, (double) rows, ALPHA);
    double share = (double) different / rows;
    String text =
        String.format(
            Locale.ROOT,
            "%s differs in %d of %d rows, %.2f %% (%.2f %% to %.2f %%), bound %.2f %%",
            output,
            different,
            rows,
            100 * share,
            100 * range.low(),
            100 * range.high(),
            100 * bound);
    if (range.high() <= bound) {
      return new Verdict.Pass(evidence(share, text));
    }
    return range.low() > bound
        ? new Verdict.Fail(evidence(share, text))
        : new Verdict.Inconclusive(evidence(share, text + "; more rows are needed for a verdict"));
  }

  private List<Evidence> evidence(double measured, String text) {
    return List.of(new Evidence("disagreement_" + output, measured, bound, text));
  }
}
