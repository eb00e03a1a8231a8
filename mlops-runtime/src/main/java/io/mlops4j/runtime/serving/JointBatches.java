package io.mlops4j.runtime.serving;

import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.binding.Outputs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One identity of a model asked with small batches, which are answered together where they pile up.
 * Each caller gets a prediction of its own, and listeners hear of each call by itself: of a run
 * that failed they hear nothing, as its calls are made again, each alone.
 */
final class JointBatches implements RowBatcher.Asker<JointCall, DefaultPrediction> {
  private final LoadedModel model;
  private final DefaultModelLoader runtime;
  private final int most;
  private final RowBatcher<JointCall, DefaultPrediction> batcher;

  JointBatches(LoadedModel model, DefaultModelLoader runtime, MicroBatching limits) {
    this.model = model;
    this.runtime = runtime;
    this.most = limits.rows();
    this.batcher = runtime.batcher(limits, this, JointCall::shape, model::running, model::refused);
  }

  /** Whether a batch may be answered together with others. */
  boolean takes(BatchRequest request) {
    return request.rows() > 0 && request.rows() <= most && model.shared().joins();
  }

  /** How many rows wait or are being answered after they waited. */
  int waiting() {
    return batcher.waiting();
  }

  /** Answers in this thread or another, for a call that has entered. */
  DefaultPrediction ask(BatchRequest request, @Nullable Duration within) {
    return batcher.ask(new JointCall(request, false, now()), within);
  }

  /** Only listeners want to know. */
  private long now() {
    return model.listeners().isEmpty() ? 0 : System.nanoTime();
  }

  /** Answers in a thread of the runtime; the call counts from now on. */
  <R> CompletableFuture<R> askAsync(
      BatchRequest request,
      @Nullable Duration within,
      Function<? super Prediction, ? extends R> read,
      Runnable after) {
    try {
      model.enter();
    } catch (IllegalStateException closed) {
      after.run();
      return CompletableFuture.failedFuture(closed);
    }
    JointCall call = new JointCall(request, true, now());
    Ending<R> ending = new Ending<>(call, new AsyncCall<>(), read, after);
    try {
      model.admit(request.rows(), within);
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

  /** Ends an asynchronous call: it has ended before anybody hears of it. */
  private final class Ending<R> implements RowBatcher.Completion<DefaultPrediction> {
    private final JointCall call;
    private final AsyncCall<R> future;
    private final Function<? super Prediction, ? extends R> read;
    private final Runnable after;

    Ending(
        JointCall call,
        AsyncCall<R> future,
        Function<? super Prediction, ? extends R> read,
        Runnable after) {
      this.call = call;
      this.future = future;
      this.read = read;
      this.after = after;
    }

    /** What a caller does with its answer must not keep those who were answered with it. */
    @Override
    public void ended(
        @Nullable DefaultPrediction answer, @Nullable Throwable error, boolean company) {
      if (company) {
        runtime.executor().execute(() -> ended(answer, error));
      } else {
        ended(answer, error);
      }
    }

    private void ended(@Nullable DefaultPrediction answer, @Nullable Throwable error) {
      if (answer == null) {
        end();
        future.completeExceptionally(Objects.requireNonNull(error, "error"));
      } else {
        read(answer);
      }
    }

    private void read(DefaultPrediction answer) {
      R result = null;
      Throwable error = null;
      try (answer) {
        if (call.isUnwanted()) {
          throw new CancellationException("the call was cancelled");
        }
        result = model.read(answer, read);
      } catch (Throwable e) {
        error = e;
      }
      end();
      if (error == null) {
        future.complete(result);
      } else {
        future.completeExceptionally(error);
      }
    }

    private void end() {
      after.run();
      model.leave();
    }
  }

  @Override
  public int rows(JointCall call) {
    return call.request().rows();
  }

  @Override
  public List<DefaultPrediction> ask(List<JointCall> calls, @Nullable Duration within, long since) {
    return ask(
        calls,
        within,
        cancellation ->
            calls.size() == 1
                ? List.of(model.answer(calls.get(0).request(), cancellation, since))
                : together(calls, cancellation));
  }

  /** Listeners are told of what went well: what did not is asked again. */
  @Override
  public List<DefaultPrediction> askForOthers(
      List<JointCall> calls, @Nullable Duration within, long since) {
    return ask(calls, within, cancellation -> together(calls, cancellation));
  }

  private interface Answering {
    List<DefaultPrediction> answer(@Nullable Cancellation cancellation);
  }

  private List<DefaultPrediction> ask(
      List<JointCall> calls, @Nullable Duration within, Answering answering) {
    JointCall first = calls.get(0);
    if (within == null && !first.isAsynchronous() && !model.endsCalls()) {
      return answering.answer(null);
    }
    Cancellation cancellation = model.cancellation(within);
    Runnable watched = model.watch(cancellation, within);
    try {
      JointCall.begin(calls, cancellation);
      return answering.answer(cancellation);
    } finally {
      watched.run();
    }
  }

  private List<DefaultPrediction> together(
      List<JointCall> calls, @Nullable Cancellation cancellation) {
    long began = now();
    calls.forEach(call -> call.begin(began));
    CallTimes times = model.listeners().isEmpty() ? null : new CallTimes(began);
    JointJob job =
        new JointJob(
            calls.stream().map(JointCall::joinable).toList(),
            calls.stream().map(JointCall::request).toList());
    List<DefaultPrediction> answers = new ArrayList<>(calls.size());
    for (Outputs outputs : model.shared().askTogether(job, cancellation, times, model.cpu())) {
      answers.add(model.prediction(outputs));
    }
    for (int i = 0; times != null && i < calls.size(); i++) {
      JointCall call = calls.get(i);
      model.tell(call.request(), answers.get(i), times.waited(began - call.since()));
    }
    return answers;
  }

  @Override
  public boolean isUnwanted(JointCall call) {
    return call.isUnwanted();
  }

  @Override
  public void late(JointCall call, Throwable late) {
    if (!model.listeners().isEmpty()) {
      CallTimes times = CallTimes.running(call.since(), call.began());
      times.fail();
      model.tellError(call.request().rows(), times, late);
    }
  }
}
