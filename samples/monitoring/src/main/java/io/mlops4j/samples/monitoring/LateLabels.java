package io.mlops4j.samples.monitoring;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.ModelMonitor;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.arrow.vector.VectorSchemaRoot;

/** The labels of flights, which are known hours after they were predicted. */
final class LateLabels implements AutoCloseable {
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  private record Waiting(FeatureBatch flights, Instant known) {}

  /** Copies key and label of the flights, because their batch ends with the next one. */
  void keep(FeatureBatch flights, Instant predicted) {
    VectorSchemaRoot columns =
        VectorSchemaRoot.of(flights.column(Story.KEY), flights.column(Story.LABEL));
    waiting.add(new Waiting(FeatureBatch.of(columns).retain(), predicted.plus(Story.LABEL_DELAY)));
  }

  /** Passes the labels on that are known by now. */
  void tell(ModelMonitor monitor, Instant now) {
    while (!waiting.isEmpty() && !waiting.peek().known().isAfter(now)) {
      try (FeatureBatch flights = waiting.remove().flights()) {
        monitor.labels(flights);
      }
    }
  }

  @Override
  public void close() {
    waiting.forEach(one -> one.flights().close());
    waiting.clear();
  }
}
