package io.mlops4j.monitor.gate;

import io.mlops4j.rollout.Trial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The calls of a candidate, and of its baseline in the same minutes and with batches of like size.
 * The baseline's calls of a minute and size have a weight, so that they count as many as the
 * candidate's. Otherwise a candidate that began in the busiest hour would look slow.
 *
 * @param all all calls of the candidate, those that it answered as a shadow included
 * @param candidate its calls that were answered to callers, in minutes that the baseline shares
 * @param baseline the baseline's calls in the same minutes
 * @param minutes the number of these minutes
 */
record PairedCalls(
    WeightedCalls all, WeightedCalls candidate, WeightedCalls baseline, int minutes) {
  private record Stratum(long minute, int rowClass) {}

  /** The calls of a minute and size. */
  private static final class Sides {
    private final List<CallCounts> candidate = new ArrayList<>();
    private final List<CallCounts> baseline = new ArrayList<>();
  }

  static PairedCalls of(List<CallWatch.Counted> minutes, Trial trial) {
    WeightedCalls all = new WeightedCalls();
    Map<Stratum, Sides> strata = new HashMap<>();
    for (CallWatch.Counted minute : minutes) {
      for (CallCounts cell : minute.cells()) {
        boolean isCandidate = trial.isCandidate(cell.servedBy());
        if (isCandidate) {
          all.add(List.of(cell), 1);
        }
        if (!cell.shadow() && (isCandidate || trial.isBaseline(cell.servedBy()))) {
          Sides sides =
              strata.computeIfAbsent(
                  new Stratum(minute.minute(), cell.rowClass()), absent -> new Sides());
          (isCandidate ? sides.candidate : sides.baseline).add(cell);
        }
      }
    }
    return pair(all, strata);
  }

  private static PairedCalls pair(WeightedCalls all, Map<Stratum, Sides> strata) {
    WeightedCalls candidate = new WeightedCalls();
    WeightedCalls baseline = new WeightedCalls();
    Set<Long> minutes = new HashSet<>();
    strata.forEach(
        (stratum, sides) -> {
          long ours = WeightedCalls.calls(sides.candidate);
          long theirs = WeightedCalls.calls(sides.baseline);
          if (ours > 0 && theirs > 0) {
            candidate.add(sides.candidate, 1);
            baseline.add(sides.baseline, (double) ours / theirs);
            minutes.add(stratum.minute());
          }
        });
    return new PairedCalls(all, candidate, baseline, minutes.size());
  }
}
