package io.mlops4j.runtime.serving;

import io.mlops4j.error.OverloadedException;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.batching.RowBatcher;
import io.mlops4j.runtime.serving.call.AsyncCall;
import io.mlops4j.runtime.serving.call.CallTimes;
import io.mlops4j.runtime.serving.call.Calls;
import io.mlops4j.runtime.serving.listening.ModelIdentity;
import io.mlops4j.runtime.serving.threads.CpuTime;
import io.mlops4j.runtime.serving.threads.Deadlines;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one identity of a model: admits and counts each, watches its deadline, runs it on
 * the shared model, and reports it. Thread safe.
 */
final class ModelCalls {
  private final CallContext context;
  private final SharedModel shared;
  private final ServedBy servedBy;

  final Calls counter = new Calls();
  final LongAdder rejected = new LongAdder();
  final CallReporter reporter;

  /** The calls that closing may end; null if it waits for them. */
  final @Nullable RunningCalls running;

  /** The abandoned runs; null if calls wait for their runs. */
  final @Nullable AbandonedRuns late;

  /** The processor time of the runs; null if it is not measured. */
  final @Nullable CpuTime cpu;

  ModelCalls(CallContext context, SharedModel shared, ModelIdentity identity) {
    this.context = context;
    this.shared = shared;
    this.servedBy = identity.servedBy();
    this.reporter = new CallReporter(context, identity, counter);
    this.running = identity.closing() instanceof Closing.EndsCalls ? new RunningCalls() : null;
    this.late =
        identity.abandonedRuns() == 0
            ? null
            : new AbandonedRuns(servedBy.model(), identity.abandonedRuns(), context);
    this.cpu = context.cpuTime();
  }

  /** Returns the number of runs that continue although their call has ended. */
  int abandoned() {
    return late == null ? 0 : late.abandoned();
  }

  Executor workers() {
    return context.threads().workers();
  }

  static @Nullable Duration deadline(CallOptions options) {
    return options == CallOptions.withDefaults() ? null : options.deadline().orElse(null);
  }

  static @Nullable String traceId(CallOptions options) {
    return options == CallOptions.withDefaults() ? null : options.traceId().orElse(null);
  }

  /** Counts a call until {@link #leave}. */
  void enter() {
    if (!counter.enter()) {
      context.rejected().increment();
      throw closedException();
    }
  }

  void leave() {
    counter.leave();
  }

  void checkOpen() {
    if (counter.isClosing()) {
      throw closedException();
    }
  }

  private IllegalStateException closedException() {
    return new IllegalStateException(
        "the model " + servedBy.model() + " is closed; load it again to call it");
  }

  /**
   * Rejects a call with a deadline while too many runs are abandoned.
   *
   * @throws OverloadedException then, after listeners were notified
   */
  void admit(int rows, @Nullable Duration deadline) {
    OverloadedException full = late == null || deadline == null ? null : late.full();
    if (full != null) {
      refused(rows, System.nanoTime(), full);
      throw full;
    }
  }

  /** Counts and reports a call that was rejected before the model was called. */
  void refused(int rows, long since, RuntimeException why) {
    rejected.increment();
    context.rejected().increment();
    if (!reporter.isSilent()) {
      CallTimes times = new CallTimes(since);
      times.fail();
      reporter.failed(rows, row -> null, context.nextCall(), times, why);
    }
  }

  /** Reports a call that failed in a run that it shared with other calls. */
  void failed(Request request, CallTimes times, Throwable error) {
    reporter.failed(request.rows(), request::traceId, context.nextCall(), times, error);
  }

  /**
   * Returns whether this thread is in a call, such as the thread of a listener that calls a model.
   * It may hold a processor and must not wait for another one.
   */
  boolean isCalledFromWithin() {
    return context.inside().isInAny();
  }

  /** Whether closing may end calls, so that each must be watched. */
  boolean endsCalls() {
    return running != null;
  }

  /** Ends a call with that deadline. */
  Cancellation cancellation(@Nullable Duration deadline) {
    return new Cancellation(deadline, deadline == null ? null : late);
  }

  /** Allows other threads to end a call until the returned action runs. */
  Runnable watch(Cancellation call, @Nullable Duration deadline) {
    Deadlines.Task watched =
        deadline == null ? null : context.threads().deadlines().after(deadline, call::expire);
    RunningCalls all = running;
    if (all != null) {
      all.add(call);
    }
    return () -> {
      if (watched != null) {
        watched.cancel();
      }
      if (all != null) {
        all.remove(call);
      }
    };
  }

  /**
   * Counts an asynchronous call and begins it.
   *
   * @param call ends the count when its run has ended, unless it throws
   */
  <R> CompletableFuture<R> enterAsync(Supplier<CompletableFuture<R>> call) {
    try {
      enter();
    } catch (IllegalStateException closed) {
      return CompletableFuture.failedFuture(closed);
    }
    try {
      return call.get();
    } catch (RuntimeException | Error e) {
      leave();
      throw e;
    }
  }

  /** Calls the model in this thread. */
  DefaultPrediction ask(Request request, CallOptions options) {
    Duration deadline = deadline(options);
    admit(request.rows(), deadline);
    return askAdmitted(request, deadline, RowBatcher.Asker.AT_ONCE);
  }

  /** Calls the model in this thread, for calls that were admitted. */
  DefaultPrediction askAdmitted(Request request, @Nullable Duration deadline, long since) {
    Cancellation outer = context.outer().get();
    if (deadline == null && outer == null && !endsCalls()) {
      return answer(request, null, since);
    }
    Cancellation cancellation = cancellation(deadline);
    Runnable end = watch(cancellation, deadline);
    try {
      if (outer != null) {
        outer.join(cancellation);
      }
      return answer(request, cancellation, since);
    } finally {
      end.run();
      if (outer != null) {
        outer.leave(cancellation);
      }
    }
  }

  /**
   * Calls the model in a worker.
   *
   * @param after runs when the run has ended, before the future completes; ends the call's count
   */
  <R> CompletableFuture<R> askAsync(
      Request request,
      CallOptions options,
      Function<? super DefaultPrediction, ? extends R> read,
      Runnable after) {
    Duration deadline = deadline(options);
    Cancellation cancellation = cancellation(deadline);
    AsyncCall<R> future = new AsyncCall<R>().cancelledBy(cancellation::cancel);
    Runnable end = after;
    try {
      admit(request.rows(), deadline);
      Runnable watched = watch(cancellation, deadline);
      Runnable both =
          () -> {
            watched.run();
            after.run();
          };
      end = both;
      workers()
          .execute(
              RuntimeThreads.prioritized(
                  options.priority(), () -> complete(future, request, cancellation, read, both)));
    } catch (RuntimeException | Error e) { // such as an Error because no thread can start
      end.run();
      future.completeExceptionally(e instanceof RejectedExecutionException ? closedException() : e);
    }
    return future;
  }

  /** The call ends before its future completes, so that a dependent may close the model. */
  private <R> void complete(
      AsyncCall<R> future,
      Request request,
      Cancellation cancellation,
      Function<? super DefaultPrediction, ? extends R> read,
      Runnable end) {
    R result = null;
    Throwable error = null;
    try (DefaultPrediction answer = answer(request, cancellation, RowBatcher.Asker.AT_ONCE)) {
      result = read(answer, read);
    } catch (Throwable e) {
      error = e;
    } finally {
      end.run();
    }
    future.end(result, error);
  }

  /** Calls the model in this thread, for a call that was counted and is watched. */
  DefaultPrediction answer(Request request, @Nullable Cancellation cancellation, long since) {
    if (reporter.isMetered()) {
      return metered(request, cancellation, since);
    }
    long call = context.nextCall();
    CallTimes times =
        reporter.isSilent()
            ? null
            : since == RowBatcher.Asker.AT_ONCE ? new CallTimes() : new CallTimes(since);
    DefaultPrediction answer;
    try {
      answer = prediction(shared.ask(request, cancellation, times, cpu), call);
    } catch (Throwable e) {
      if (times != null) {
        times.fail();
        reporter.failed(request.rows(), request::traceId, call, times, e);
      }
      throw e;
    }
    if (times != null) {
      report(request, answer, times);
    }
    return answer;
  }

  /** Does the same without events, which no listener needs. */
  private DefaultPrediction metered(
      Request request, @Nullable Cancellation cancellation, long since) {
    long began = since == RowBatcher.Asker.AT_ONCE ? System.nanoTime() : since;
    DefaultPrediction answer;
    try {
      answer = prediction(shared.ask(request, cancellation, null, cpu));
    } catch (Throwable e) {
      reporter.failed();
      throw e;
    }
    reporter.metered(System.nanoTime() - began);
    return answer;
  }

  private DefaultPrediction prediction(Outputs outputs, long call) {
    return new DefaultPrediction(outputs, servedBy, context.process(), call, context.arrow());
  }

  /** The prediction of one of several calls that one run answered. */
  DefaultPrediction prediction(Outputs outputs) {
    return prediction(outputs, context.nextCall());
  }

  /** Notifies listeners of an answer. */
  void report(Request request, DefaultPrediction answer, CallTimes times) {
    context.inside().enter(counter);
    try {
      request.report(reporter, answer, times);
    } finally {
      context.inside().leave();
    }
  }

  /** Lets a caller read its answer in a thread of the runtime. */
  <R> R read(DefaultPrediction answer, Function<? super DefaultPrediction, ? extends R> read) {
    context.inside().enter(counter);
    try {
      return read.apply(answer);
    } finally {
      context.inside().leave();
    }
  }
}
