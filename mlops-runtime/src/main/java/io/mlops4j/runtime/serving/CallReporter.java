package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.answer.LazyOutputs;
import io.mlops4j.runtime.serving.call.CallTimes;
import io.mlops4j.runtime.serving.call.Calls;
import io.mlops4j.runtime.serving.listening.CallEvent;
import io.mlops4j.runtime.serving.listening.CalledRows;
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
    listeners.notifyPlain(() -> event(new AnsweredRows(request, answer, times), null));
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
            () -> event(new AnsweredRows(request, answer, times), rows));
      }
    }
  }

  private CallEvent event(CalledRows called, CallEvent.@Nullable Rows lent) {
    return new CallEvent(identity, called, null, lent);
  }

  /** Notifies the listeners that need rows of a block of single-record calls. */
  void collected(CalledRows block, CallEvent.Rows lent) {
    context.inside().enter(calls);
    try {
      listeners.notifyRows(
          identity.route(), block.id(0).call(), block.count(), () -> event(block, lent));
    } finally {
      context.inside().leave();
    }
  }

  /** Notifies all listeners of a call that failed or was rejected. */
  void failed(
      int rows, IntFunction<@Nullable String> traces, long call, CallTimes times, Throwable error) {
    failed();
    CalledRows called = new FailedRows(rows, traces, context.process(), call, times);
    Supplier<CallEvent> failure = () -> new CallEvent(identity, called, error, null);
    context.inside().enter(calls);
    try {
      listeners.notifyPlain(failure);
      listeners.notifyRows(failure);
    } finally {
      context.inside().leave();
    }
  }

  private record AnsweredRows(Request request, DefaultPrediction answer, CallTimes times)
      implements CalledRows {
    @Override
    public int count() {
      return answer.outputsByRow().rows();
    }

    @Override
    public PredictionId id(int row) {
      return answer.id(row);
    }

    @Override
    public @Nullable String traceId(int row) {
      return request.traceId(row);
    }
  }

  private record FailedRows(
      int count, IntFunction<@Nullable String> traces, long process, long call, CallTimes times)
      implements CalledRows {
    @Override
    public PredictionId id(int row) {
      return new PredictionId(process, call, row);
    }

    @Override
    public @Nullable String traceId(int row) {
      return traces.apply(row);
    }
  }

  /** Counts and logs that rows could not be collected for listeners. */
  void lost(RuntimeException thrown) {
    listeners.failed(identity.servedBy(), thrown);
  }
}
