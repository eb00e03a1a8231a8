package io.mlops4j.runtime.serving;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.Priority;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.batching.RowBatcher;
import io.mlops4j.runtime.serving.call.AsyncCall;
import io.mlops4j.runtime.serving.call.CallTimes;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The small batches of one identity of a model, which share runs while they wait. Each caller gets
 * its own prediction, and listeners are notified of each call. They are not notified of a shared
 * run that failed, because each of its calls runs again alone.
 */
final class JointBatches implements RowBatcher.Asker<JointCall, DefaultPrediction> {
  private final ModelCalls calls;
  private final SharedModel shared;
  private final int most;
  private final RowBatcher<JointCall, DefaultPrediction> batcher;

  JointBatches(ModelCalls calls, SharedModel shared, CallContext context, MicroBatching limits) {
    this.calls = calls;
    this.shared = shared;
    this.most = limits.rows();
    this.batcher =
        context.batcher(
            limits,
            calls.late == null,
            this,
            JointCall::shape,
            calls.counter::running,
            calls::refused);
  }

  /** Whether a batch may share a run with others. */
  boolean takes(BatchRequest request) {
    return request.rows() > 0 && request.rows() <= most && shared.joins();
  }

  int waiting() {
    return batcher.waiting();
  }

  /** Answers in this thread or another. */
  DefaultPrediction ask(BatchRequest request, CallOptions options) {
    Duration within = ModelCalls.deadline(options);
    calls.admit(request.rows(), within);
    return batcher.ask(new JointCall(request, false, options.priority(), now()), within);
  }

  /** Measured for listeners only. */
  private long now() {
    return calls.reporter.isSilent() ? 0 : System.nanoTime();
  }

  /**
   * Answers in a thread of the runtime.
   *
   * @param after runs when the run has ended, before the future completes; ends the call's count
   */
  <R> CompletableFuture<R> askAsync(
      BatchRequest request,
      CallOptions options,
      Function<? super Prediction, ? extends R> read,
      Runnable after) {
    Duration within = ModelCalls.deadline(options);
    JointCall call = new JointCall(request, true, options.priority(), now());
    Ending<R> ending = new Ending<>(calls, call, new AsyncCall<>(), read, after);
    try {
      calls.admit(request.rows(), within);
      Runnable leaveQueue = batcher.askAsync(call, within, ending);
      return ending.future.cancelledBy(
          () -> {
            call.cancel();
            leaveQueue.run();
          });
    } catch (RuntimeException | Error e) {
      ending.ended(null, e, false);
      return ending.future;
    }
  }

  /** Ends an asynchronous call before its future completes. */
  private record Ending<R>(
      ModelCalls calls,
      JointCall call,
      AsyncCall<R> future,
      Function<? super Prediction, ? extends R> read,
      Runnable after)
      implements RowBatcher.Completion<DefaultPrediction> {
    /** Reading an answer must not delay the other calls of the run. */
    @Override
    public void ended(
        @Nullable DefaultPrediction answer, @Nullable Throwable error, boolean company) {
      if (company) {
        RuntimeThreads.executeOrRun(
            calls.workers(), RuntimeThreads.prioritized(call.priority, () -> ended(answer, error)));
      } else {
        ended(answer, error);
      }
    }

    private void ended(@Nullable DefaultPrediction answer, @Nullable Throwable failure) {
      R result = null;
      Throwable error = failure;
      try (answer) {
        if (answer != null && call.isUnwanted()) {
          throw new CancellationException("the call was cancelled");
        }
        result = answer == null ? null : calls.read(answer, read);
      } catch (Throwable e) {
        error = e;
      }
      after.run();
      future.end(result, error);
    }
  }

  @Override
  public Priority priority(JointCall call) {
    return call.priority;
  }

  @Override
  public int rows(JointCall call) {
    return call.request.rows();
  }

  @Override
  public List<DefaultPrediction> ask(
      List<JointCall> together, @Nullable Duration within, long since) {
    return ask(
        together,
        within,
        cancellation ->
            together.size() == 1
                ? List.of(calls.answer(together.get(0).request, cancellation, since))
                : inOneRun(together, cancellation));
  }

  /** Listeners are notified of success only: a run that fails is repeated. */
  @Override
  public List<DefaultPrediction> askForOthers(
      List<JointCall> together, @Nullable Duration within, long since) {
    return ask(together, within, cancellation -> inOneRun(together, cancellation));
  }

  private interface Answering {
    List<DefaultPrediction> answer(@Nullable Cancellation cancellation);
  }

  private List<DefaultPrediction> ask(
      List<JointCall> together, @Nullable Duration within, Answering answering) {
    JointCall first = together.get(0);
    if (within == null && !first.asynchronous && !calls.endsCalls()) {
      return answering.answer(null);
    }
    Cancellation cancellation = calls.cancellation(within);
    Runnable watched = calls.watch(cancellation, within);
    try {
      JointCall.begin(together, cancellation);
      return answering.answer(cancellation);
    } finally {
      watched.run();
    }
  }

  private List<DefaultPrediction> inOneRun(
      List<JointCall> together, @Nullable Cancellation cancellation) {
    long began = now();
    together.forEach(call -> call.began = began);
    CallTimes times = calls.reporter.isSilent() ? null : new CallTimes(began);
    JointJob job =
        new JointJob(
            together.stream().map(JointCall::joinable).toList(),
            together.stream().map(call -> call.request).toList());
    List<DefaultPrediction> answers = new ArrayList<>(together.size());
    for (Outputs outputs : shared.askTogether(job, cancellation, times, calls.cpu)) {
      answers.add(calls.prediction(outputs));
    }
    for (int i = 0; times != null && i < together.size(); i++) {
      JointCall call = together.get(i);
      calls.report(call.request, answers.get(i), times.waited(began - call.since));
    }
    return answers;
  }

  @Override
  public boolean isUnwanted(JointCall call) {
    return call.isUnwanted();
  }

  @Override
  public void late(JointCall call, Throwable late) {
    if (!calls.reporter.isSilent()) {
      CallTimes times = CallTimes.running(call.since, call.began);
      times.fail();
      calls.failed(call.request, times, late);
    }
  }
}
