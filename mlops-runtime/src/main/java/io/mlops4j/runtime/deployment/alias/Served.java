package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.deployment.alias.Candidates.Candidate;
import io.mlops4j.runtime.serving.ServingModel;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One published model with the records that are bound to it. */
final class Served {
  private final Candidate candidate;
  private final ServedBy servedBy;
  private final Instant since;
  private final Tally tally = new Tally();
  private final Map<RowKey, RowModel<?, ?>> bound = new ConcurrentHashMap<>();

  Served(Candidate candidate, Instant since) {
    this.candidate = candidate;
    this.servedBy = candidate.model().servedBy();
    this.since = since;
  }

  ServingModel model() {
    return candidate.model();
  }

  GatedListener.Gate gate() {
    return candidate.gate();
  }

  ServedBy servedBy() {
    return servedBy;
  }

  Instant since() {
    return since;
  }

  /** The comparison of its answers as a challenger. */
  Tally tally() {
    return tally;
  }

  /** Binds once. */
  RowModel<?, ?> rows(RowKey key) {
    return bound.computeIfAbsent(key, missing -> missing.bind(model()));
  }

  boolean acquire() {
    return model().acquire();
  }

  void release() {
    model().release();
  }
}
