package io.mlops4j.monitor.gate;

import io.mlops4j.internal.LatencyBuckets;
import java.util.List;

/**
 * Calls of one side, with weights. Weighted calls say as much as {@code (sum of weights)^2 / sum of
 * squared weights} unweighted ones (Kish).
 */
final class WeightedCalls {
  private final double[] latencies = new double[LatencyBuckets.COUNT];
  private double failed;
  private double succeeded;
  private double squares;
  private long calls;

  static long calls(List<CallCounts> cells) {
    return cells.stream().mapToLong(CallCounts::calls).sum();
  }

  void add(List<CallCounts> cells, double weight) {
    for (CallCounts cell : cells) {
      cell.addTo(latencies, weight);
      failed += weight * cell.failed();
      succeeded += weight * cell.succeeded();
    }
    squares += weight * weight * calls(cells);
    calls += calls(cells);
  }

  /** The number of calls, without weights. */
  long calls() {
    return calls;
  }

  /** The share of calls that failed; NaN without calls. */
  double failedShare() {
    return failed / (failed + succeeded);
  }

  /** The number of unweighted calls that say as much. */
  double effectiveCalls() {
    return squares == 0 ? 0 : (failed + succeeded) * (failed + succeeded) / squares;
  }

  /** The number of unweighted answers that say as much. */
  double effectiveAnswers() {
    return squares == 0 ? 0 : effectiveCalls() * (1 - failedShare());
  }

  /**
   * The time within which this share of the answers came, in nanoseconds.
   *
   * @param share 0 to 1
   * @return infinite beyond the measured times
   */
  double within(double share) {
    return LatencyBuckets.atRank(latencies, share * succeeded);
  }
}
