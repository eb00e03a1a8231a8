package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.binding.BatchBinder;
import io.mlops4j.runtime.binding.output.FollowingReader;
import io.mlops4j.runtime.binding.output.RecordReader;
import io.mlops4j.runtime.binding.record.KeptRows;
import io.mlops4j.runtime.binding.record.RecordColumns;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.answer.LeakDetector;
import io.mlops4j.runtime.serving.call.AsyncCall;
import io.mlops4j.runtime.serving.call.CallTimes;
import io.mlops4j.runtime.serving.call.Calls;
import io.mlops4j.runtime.serving.listening.Listeners;
import io.mlops4j.runtime.serving.listening.ModelIdentity;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model whose calls an ensemble answers: counts the calls, labels and reports the answers. Thread
 * safe.
 */
final class ComposedModel extends ClosableModel {
  /** Enough for two members with a canary each; more combinations are labelled anew. */
  private static final int REMEMBERED = 8;

  private final Ensemble ensemble;
  private final BatchBinder binder;
  private final Listeners listeners;
  private final SideBySide threads;
  private final Consumer<ComposedModel> forget;

  private final Map<Class<?>, KeptRows<?>> kept = new ConcurrentHashMap<>();

  /** Replaced as a whole, never changed in place. */
  private volatile Label[] labels = {};

  /** The label of the answers of the same versions, and the reporter of their calls. */
  private record Label(List<ServedBy> members, ServedBy servedBy, CallReporter reporter) {
    @SuppressWarnings("ReferenceEquality") // a version has one instance until its next swap
    boolean isOf(List<ServedBy> others) {
      for (int i = 0; i < members.size(); i++) {
        if (members.get(i) != others.get(i)) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * @param forget is called when this model is closed
   */
  ComposedModel(
      CallContext context,
      Ensemble ensemble,
      Listeners listeners,
      Closing closing,
      Consumer<ComposedModel> forget,
      String opened) {
    super(
        context,
        new Calls(),
        closing instanceof Closing.EndsCalls ? new RunningCalls() : null,
        closing,
        "the composition " + ensemble.name(),
        opened);
    this.ensemble = ensemble;
    this.binder = BatchBinder.compile(ensemble.signature(), ensemble.features());
    this.listeners = listeners;
    this.threads = new SideBySide(context, counter);
    this.forget = forget;
  }

  @Override
  public ModelSignature signature() {
    return ensemble.signature();
  }

  @Override
  public FeatureSchema features() {
    return ensemble.features();
  }

  @Override
  public ServedBy servedBy() {
    return label(ensemble.serving()).servedBy();
  }

  @Override
  public Placement placement() {
    return ensemble.placement();
  }

  @Override
  public Prediction predict(FeatureBatch batch) {
    return predict(batch, CallOptions.withDefaults());
  }

  @Override
  public Prediction predict(FeatureBatch batch, CallOptions options) {
    Objects.requireNonNull(batch, "batch");
    Objects.requireNonNull(options, "options");
    enter();
    try (FeatureBatch lent = BatchLending.lend(batch, context.allocator())) {
      DefaultPrediction answer = answer(lent, options);
      if ((answer.call() & LeakDetector.ONE_OF - 1) == 0) {
        answer.watchedBy(context.leaks().watch(answer));
      }
      return answer;
    } finally {
      counter.leave();
    }
  }

  void enter() {
    if (!counter.enter()) {
      context.rejected().increment();
      throw closedException();
    }
  }

  void leave() {
    counter.leave();
  }

  private IllegalStateException closedException() {
    return new IllegalStateException(
        "the composition " + ensemble.name() + " is closed; build it again to call it");
  }

  /** Calls the members in this thread, for a call that was counted. */
  DefaultPrediction answer(FeatureBatch batch, CallOptions options) {
    Cancellation outer = context.outer().get();
    return running == null
        ? answer(batch, options, new ComposedCall(options, outer, threads))
        : answer(batch, options, new Cancellation(null));
  }

  /** Calls the members in this thread, for a call that another thread may end. */
  private DefaultPrediction answer(FeatureBatch batch, CallOptions options, Cancellation end) {
    Cancellation outer = context.outer().get();
    context.outer().set(end);
    try {
      if (outer != null) {
        outer.join(end);
      }
      if (running != null) {
        running.add(end);
      }
      return answer(batch, options, new ComposedCall(options, end, threads));
    } finally {
      context.outer().set(outer);
      if (running != null) {
        running.remove(end);
      }
      if (outer != null) {
        outer.leave(end);
      }
    }
  }

  private DefaultPrediction answer(FeatureBatch batch, CallOptions options, ComposedCall asked) {
    long call = context.nextCall();
    CallTimes times = listeners.isEmpty() ? null : new CallTimes();
    BatchRequest request = new BatchRequest(batch, binder, ModelCalls.traceId(options));
    Ensemble.Combined combined;
    try {
      if (times != null) {
        times.begin(Phase.RUN);
      }
      combined = ensemble.answer(batch, asked);
    } catch (Throwable e) {
      if (times != null) {
        times.fail();
        label(ensemble.serving())
            .reporter()
            .failed(request.rows(), request::traceId, call, times, e);
      }
      throw e;
    }
    Label label = label(combined.members());
    DefaultPrediction answer =
        new DefaultPrediction(
            combined.outputs(), label.servedBy(), context.process(), call, context.arrow());
    if (times != null) {
      times.end(Phase.RUN);
      report(label.reporter(), request, answer, times);
    }
    return answer;
  }

  private void report(
      CallReporter reporter, BatchRequest request, DefaultPrediction answer, CallTimes times) {
    context.inside().enter(counter);
    try {
      request.report(reporter, answer, times);
    } finally {
      context.inside().leave();
    }
  }

  private Label label(List<ServedBy> members) {
    for (Label known : labels) {
      if (known.isOf(members)) {
        return known;
      }
    }
    return remember(members);
  }

  /** Returns the same label when two threads see a swap at once. */
  private synchronized Label remember(List<ServedBy> members) {
    Label[] old = labels;
    for (Label known : old) {
      if (known.isOf(members)) {
        return known;
      }
    }
    ServedBy servedBy = ensemble.servedBy(members);
    InferenceEvent.Route route =
        servedBy.fallback().isPresent()
            ? InferenceEvent.Route.FALLBACK
            : InferenceEvent.Route.PRIMARY;
    ModelIdentity identity =
        new ModelIdentity(servedBy, route, listeners, MicroBatching.upTo(1), closing, 0);
    Label label =
        new Label(List.copyOf(members), servedBy, new CallReporter(context, identity, counter));
    Label[] more = new Label[Math.min(REMEMBERED, old.length + 1)];
    more[0] = label;
    System.arraycopy(old, 0, more, 1, more.length - 1);
    labels = more;
    return label;
  }

  @Override
  public <R> CompletableFuture<R> predictAsync(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read) {
    Objects.requireNonNull(batch, "batch");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(read, "read");
    try {
      enter();
    } catch (IllegalStateException e) {
      return CompletableFuture.failedFuture(e);
    }
    FeatureBatch lent;
    try {
      lent = BatchLending.lendLater(batch, context.allocator());
    } catch (RuntimeException | Error e) { // such as a closed batch
      counter.leave();
      return CompletableFuture.failedFuture(e);
    }
    return answerAsync(lent, options, read);
  }

  /**
   * Answers on a worker, for a call that was counted, and ends the count.
   *
   * @param batch the rows; closed here
   */
  <R> CompletableFuture<R> answerAsync(
      FeatureBatch batch,
      CallOptions options,
      Function<? super DefaultPrediction, ? extends R> read) {
    Cancellation end = new Cancellation(null);
    AsyncCall<R> future = new AsyncCall<R>().cancelledBy(end::cancel);
    try {
      context
          .threads()
          .workers()
          .execute(
              RuntimeThreads.prioritized(
                  options.priority(), () -> complete(future, batch, options, end, read)));
    } catch (RuntimeException | Error e) { // such as an Error because no thread can start
      end(batch);
      future.completeExceptionally(e instanceof RejectedExecutionException ? closedException() : e);
    }
    return future;
  }

  /**
   * The call ends before its future completes, so that a dependent may close the model. Members are
   * called as from within a call: they must not wait for a worker, because all of them may be here.
   */
  private <R> void complete(
      AsyncCall<R> future,
      FeatureBatch batch,
      CallOptions options,
      Cancellation end,
      Function<? super DefaultPrediction, ? extends R> read) {
    R result = null;
    Throwable error = null;
    context.inside().enter(counter);
    try (DefaultPrediction answer = answer(batch, options, end)) {
      result = read.apply(answer);
    } catch (Throwable e) {
      error = e;
    } finally {
      context.inside().leave();
      end(batch);
    }
    future.end(result, error);
  }

  private void end(FeatureBatch batch) {
    try {
      batch.close();
    } finally {
      counter.leave();
    }
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(Class<I> in, Class<O> out) {
    return bind(null, in, out);
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(
      MethodHandles.Lookup lookup, Class<I> in, Class<O> out) {
    return bind(Objects.requireNonNull(lookup, "lookup"), in, out);
  }

  private <I extends Record, O extends Record> RowModel<I, O> bind(
      MethodHandles.@Nullable Lookup lookup, Class<I> in, Class<O> out) {
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(out, "out");
    if (counter.isClosing()) {
      throw closedException();
    }
    RecordReader.of(lookup, out, signature()); // checked now; answers bind it to their version
    RecordColumns<I> columns = binder.records(lookup, in).columns();
    return new ComposedRows<>(
        this,
        columns,
        new FollowingReader<>(lookup, out),
        context.allocator(),
        columns.areNumbers() ? keptRows(in, columns) : null);
  }

  /** One object for each class, so that those who bind it for each call need no further memory. */
  @SuppressWarnings("unchecked") // the key is the class of the records
  private <I extends Record> KeptRows<I> keptRows(Class<I> type, RecordColumns<I> columns) {
    return (KeptRows<I>) kept.computeIfAbsent(type, any -> columns.keptRows(context.allocator()));
  }

  /**
   * Whether the row of a call can be used again when the call has ended: no other thread ends the
   * call while a member may read the row, and no listener would have to copy it.
   */
  boolean mayKeepRows(CallOptions options) {
    return running == null
        && listeners.isEmpty()
        && ModelCalls.deadline(options) == null
        && context.outer().get() == null;
  }

  @Override
  void freeParts() {
    kept.values().forEach(KeptRows::close);
    ensemble.close();
  }

  @Override
  void forget() {
    forget.accept(this);
  }

  @Override
  public String toString() {
    return "composition " + servedBy();
  }
}
