package io.mlops4j.monitor.log;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.monitor.log.row.LogSettings;
import io.mlops4j.monitor.log.row.LoggedCall;
import io.mlops4j.monitor.log.row.RowIds;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes the rows of calls over, on the threads that made them, and hands them to the log's thread.
 * It never throws; what fails is counted. Thread safe.
 */
final class CallIntake {
  private final LogSettings settings;
  private final LogCounts counts;
  private final LogWorker worker;

  CallIntake(LogSettings settings, LogCounts counts, LogWorker worker) {
    this.settings = settings;
    this.counts = counts;
    this.worker = worker;
  }

  void take(InferenceEvent event) {
    try {
      if (event.error() != null) {
        counts.failedCall();
        return;
      }
      FeatureBatch features = event.features();
      FeatureBatch outputs = event.outputs();
      if (features != null && outputs != null && event.rows() > 0) {
        handOver(event, features, outputs);
      } else {
        counts.dropped(event.rows());
      }
    } catch (RuntimeException | Error e) { // also if memory runs out: the call has its answer
      counts.failed(event.rows(), "cannot take over the rows of a call", e);
    }
  }

  private void handOver(InferenceEvent event, FeatureBatch features, FeatureBatch outputs) {
    if (features.rows() != event.rows() || outputs.rows() != event.rows()) {
      throw new IllegalArgumentException(
          "rows: found %d of features and %d of outputs, expected %d of both"
              .formatted(features.rows(), outputs.rows(), event.rows()));
    }
    LoggedCall call = retain(event, features, outputs);
    if (!worker.offer(call)) {
      call.close();
      counts.dropped(event.rows());
    }
  }

  private LoggedCall retain(InferenceEvent event, FeatureBatch features, FeatureBatch outputs) {
    RowIds ids = RowIds.of(event);
    Map<Phase, Long> nanos = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      nanos.put(phase, event.nanos(phase));
    }
    LoggedCall.Traces traces = traces(event, ids);
    Instant at = settings.clock().instant(); // a clock that throws must not leave rows retained
    FeatureBatch keptFeatures = features.retain();
    try {
      return new LoggedCall(
          event.servedBy(), event.route(), keptFeatures, outputs.retain(), ids, nanos, traces, at);
    } catch (RuntimeException | Error e) {
      keptFeatures.close();
      throw e;
    }
  }

  private LoggedCall.Traces traces(InferenceEvent event, RowIds ids) {
    @Nullable String @Nullable [] traces = null;
    for (int row = 0; row < event.rows(); row++) {
      String trace = event.traceId(row);
      if (trace != null) {
        traces = traces == null ? new String[event.rows()] : traces;
        traces[row] = trace;
      }
    }
    if (traces != null) {
      @Nullable String[] known = traces;
      return row -> known[row];
    }
    String trace = trace(event, ids);
    return row -> trace;
  }

  /** A block of records was collected from several calls, whose traces are not known here. */
  private @Nullable String trace(InferenceEvent event, RowIds ids) {
    Function<? super InferenceEvent, @Nullable String> traceIds = settings.traceIds();
    if (traceIds == null || !ids.areOfOneCall()) {
      return null;
    }
    try {
      return traceIds.apply(event);
    } catch (RuntimeException e) {
      counts.failed(0, "cannot find the trace of a call; its rows are logged without", e);
      return null;
    }
  }
}
