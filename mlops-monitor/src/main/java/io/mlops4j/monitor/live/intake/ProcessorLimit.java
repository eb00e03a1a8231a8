package io.mlops4j.monitor.live.intake;

import org.jspecify.annotations.Nullable;

/**
 * The most processor time that the monitor's thread may use on average.
 *
 * @param share of one processor, above 0 and at most 1; infinite if every row is counted
 */
public record ProcessorLimit(double share, ProcessorMeter meter) {
  /**
   * The share unless another is chosen. Where the processors are busy, a call waits longer by
   * several times the share that the monitor takes.
   */
  public static final double DEFAULT = 0.05;

  public static ProcessorLimit none() {
    return of(Double.POSITIVE_INFINITY);
  }

  public static ProcessorLimit of(double share) {
    return new ProcessorLimit(share, ProcessorMeter.ofThread());
  }

  /** A budget; null if every row is counted. */
  @Nullable ProcessorBudget budget() {
    return share > 1 ? null : new ProcessorBudget(share);
  }
}
