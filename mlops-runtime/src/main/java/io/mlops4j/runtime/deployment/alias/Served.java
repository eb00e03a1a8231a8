package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.deployment.alias.Candidates.Candidate;
import io.mlops4j.runtime.serving.ServingModel;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A model that serves now or served before. Thread safe.
 *
 * @param gate opens its listeners
 * @param since when it began to serve
 * @param tally compares its answers if it is a challenger
 * @param bound the records that are bound to it
 */
record Served(
    ServingModel model,
    AtomicBoolean gate,
    ServedBy servedBy,
    Instant since,
    Tally tally,
    Map<RowKey, RowModel<?, ?>> bound) {
  static Served of(Candidate candidate, Instant since) {
    return new Served(
        candidate.model(),
        candidate.gate(),
        candidate.model().servedBy(),
        since,
        new Tally(),
        new ConcurrentHashMap<>());
  }

  /** Binds once. */
  RowModel<?, ?> rows(RowKey key) {
    return bound.computeIfAbsent(key, missing -> missing.bind(model));
  }

  void release() {
    model.release();
  }
}
