package io.mlops4j.monitor.gate;

import io.mlops4j.inference.ServedBy;
import java.util.Arrays;

/** What a {@link CallCell} had counted when it was read. Immutable. */
final class CallCounts {
  private final ServedBy servedBy;
  private final boolean shadow;
  private final int rowClass;
  private final int failed;
  private final int offset;
  private final int[] latencies;
  private final long succeeded;

  /**
   * @param offset the first bucket of {@code latencies}
   * @param latencies counts of calls that succeeded, by bucket; not copied
   */
  CallCounts(
      ServedBy servedBy, boolean shadow, int rowClass, int failed, int offset, int[] latencies) {
    this.servedBy = servedBy;
    this.shadow = shadow;
    this.rowClass = rowClass;
    this.failed = failed;
    this.offset = offset;
    this.latencies = latencies;
    this.succeeded = Arrays.stream(latencies).asLongStream().sum();
  }

  ServedBy servedBy() {
    return servedBy;
  }

  boolean shadow() {
    return shadow;
  }

  int rowClass() {
    return rowClass;
  }

  int failed() {
    return failed;
  }

  long succeeded() {
    return succeeded;
  }

  long calls() {
    return failed + succeeded;
  }

  /** Adds the counts of the calls that succeeded, by bucket. */
  void addTo(double[] histogram, double weight) {
    for (int i = 0; i < latencies.length; i++) {
      histogram[offset + i] += weight * latencies[i];
    }
  }
}
