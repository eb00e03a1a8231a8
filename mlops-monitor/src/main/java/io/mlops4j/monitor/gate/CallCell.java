package io.mlops4j.monitor.gate;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.internal.LatencyBuckets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The calls of one version, of one minute and of like numbers of rows. Batches are compared with
 * batches of like size, since they take longer than records.
 */
final class CallCell {
  private final ServedBy servedBy;
  private final boolean shadow;
  private final int rowClass;
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicIntegerArray latencies = new AtomicIntegerArray(LatencyBuckets.COUNT);

  CallCell(InferenceEvent event) {
    this.servedBy = event.servedBy();
    this.shadow = isShadow(event);
    this.rowClass = rowClass(event);
  }

  private static boolean isShadow(InferenceEvent event) {
    return event.route() == InferenceEvent.Route.SHADOW;
  }

  private static int rowClass(InferenceEvent event) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(event.rows());
  }

  /** Whether the call belongs here, if its version is this same instance. */
  @SuppressWarnings("ReferenceEquality") // one instance per swap; comparing digests is slow
  boolean takes(InferenceEvent event) {
    return event.servedBy() == servedBy && isShadow(event) == shadow && rowClass(event) == rowClass;
  }

  boolean isOf(ServedBy version) {
    return servedBy.equals(version);
  }

  boolean takesEqual(InferenceEvent event) {
    return event.servedBy().equals(servedBy)
        && isShadow(event) == shadow
        && rowClass(event) == rowClass;
  }

  void add(InferenceEvent event) {
    if (event.error() != null) {
      failed.incrementAndGet();
      return;
    }
    long nanos = 0;
    for (InferenceEvent.Phase phase : Phases.ALL) {
      nanos += event.nanos(phase);
    }
    latencies.incrementAndGet(LatencyBuckets.index(nanos));
  }

  /** {@code values()} copies its array for each call. */
  private static final class Phases {
    static final InferenceEvent.Phase[] ALL = InferenceEvent.Phase.values();
  }

  CallCounts counts() {
    int first = 0;
    int end = LatencyBuckets.COUNT;
    while (first < end && latencies.get(first) == 0) {
      first++;
    }
    while (end > first && latencies.get(end - 1) == 0) {
      end--;
    }
    int[] used = new int[end - first];
    for (int i = 0; i < used.length; i++) {
      used[i] = latencies.get(first + i);
    }
    return new CallCounts(servedBy, shadow, rowClass, failed.get(), first, used);
  }
}
