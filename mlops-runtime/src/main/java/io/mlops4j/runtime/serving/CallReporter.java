package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.answer.LazyOutputs;
import io.mlops4j.runtime.serving.call.CallTimes;
import io.mlops4j.runtime.serving.call.Calls;
import io.mlops4j.runtime.serving.listening.CallEvent;
import io.mlops4j.runtime.serving.listening.Listeners;
import io.mlops4j.runtime.serving.listening.ModelIdentity;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** Notifies the listeners of one identity of a model. Thread safe. */
final class CallReporter {
  private final CallContext context;
  private final ModelIdentity identity;
  private final Listeners listeners;
  private final Calls calls;

  CallReporter(CallContext context, ModelIdentity identity, Calls calls) {
    this.context = context;
    this.identity = identity;
    this.listeners = identity.listeners();
    this.calls = calls;
  }

  /** Whether there is no listener. Times are then not measured. */
  boolean isSilent() {
    return listeners.isEmpty();
  }

  /** Whether the time of a call is all that is needed. */
  boolean isMetered() {
    return listeners.areMeters();
  }

  /** Counts an answer for listeners that need the time only. */
  void metered(long nanos) {
    listeners.answered(identity.servedBy(), nanos);
  }

  /** Counts a failure for listeners that need no event. */
  void failed() {
    listeners.failed(identity.servedBy());
  }

  boolean needsRows() {
    return listeners.needRows();
  }

  /** Whether the records of a call are worth collecting for listeners that need rows. */
  boolean collects(DefaultPrediction answer, int rows) {
    return listeners.collects(identity.route(), answer.call(), rows);
  }

  /** Notifies the listeners that need no rows of an answer. */
  void answered(Request request, DefaultPrediction answer, CallTimes times) {
    metered(times.sum());
    listeners.notifyPlain(() -> event(request, answer, times, null));
  }

  /** Notifies all listeners of the answer to a batch. */
  void answered(FeatureBatch batch, Request request, DefaultPrediction answer, CallTimes times) {
    answered(request, answer, times);
    if (needsRows()) {
      BufferAllocator allocator = context.allocator();
      try (LazyOutputs outputs = new LazyOutputs(answer.outputsByRow(), allocator)) {
        CallEvent.Rows rows =
            new CallEvent.Rows(() -> BatchLending.lend(batch, allocator), outputs::lend);
        listeners.notifyRows(
            identity.route(),
            answer.call(),
            answer.outputsByRow().rows(),
            () -> event(request, answer, times, rows));
      }
    }
  }

  private CallEvent event(
      Request request, DefaultPrediction answer, CallTimes times, CallEvent.@Nullable Rows lent) {
    int rows = answer.outputsByRow().rows();
    return new CallEvent(identity, rows, answer::id, request::traceId, times, null, lent);
  }

  /** Notifies the listeners that need rows of a block of single-record calls. */
  void collected(
      int rows,
      IntFunction<PredictionId> ids,
      IntFunction<@Nullable String> traces,
      CallTimes times,
      CallEvent.Rows lent) {
    context.inside().enter(calls);
    try {
      listeners.notifyRows(
          identity.route(),
          ids.apply(0).call(),
          rows,
          () -> new CallEvent(identity, rows, ids, traces, times, null, lent));
    } finally {
      context.inside().leave();
    }
  }

  /** Notifies all listeners of a call that failed or was rejected. */
  void failed(
      int rows, IntFunction<@Nullable String> traces, long call, CallTimes times, Throwable error) {
    failed();
    IntFunction<PredictionId> ids = row -> new PredictionId(context.process(), call, row);
    Supplier<CallEvent> failure =
        () -> new CallEvent(identity, rows, ids, traces, times, error, null);
    context.inside().enter(calls);
    try {
      listeners.notifyPlain(failure);
      listeners.notifyRows(failure);
    } finally {
      context.inside().leave();
    }
  }

  /** Counts and logs that rows could not be collected for listeners. */
  void lost(RuntimeException thrown) {
    listeners.failed(identity.servedBy(), thrown);
  }
}
