package io.mlops4j.runtime.serving;

import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.binding.Outputs;
import io.mlops4j.runtime.binding.RecordBinder;
import io.mlops4j.runtime.binding.RecordReader;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One identity of a loaded model. */
final class LoadedModel implements ServingModel {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedModel.class);

  /** An abandoned run that the engine can end has ended by then. */
  private static final Duration LAST_WAIT = Duration.ofSeconds(1);

  private final DefaultModelLoader runtime;
  private final SharedModel shared;
  private final VersionLeases.Held lease;
  private final ServedBy servedBy;
  private final InferenceEvent.Route route;
  private final Listeners listeners;
  private final MicroBatching batching;
  private final Closing closing;
  private final @Nullable RunningCalls ended;
  private final @Nullable CpuTime cpu;
  private final String opened;
  private final int abandonedRuns;
  private final Calls calls = new Calls();
  private final LongAdder rejected = new LongAdder();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Deadlines.@Nullable Task patience;
  private volatile long patienceEnds;
  private final Map<Class<?>, RowCollector<?>> collectors = new ConcurrentHashMap<>();
  private final Map<List<Class<?>>, RowBatcher<?, ?>> batchers = new ConcurrentHashMap<>();
  private final @Nullable JointBatches joint;
  private final @Nullable LateRuns late;

  LoadedModel(
      DefaultModelLoader runtime,
      SharedModel shared,
      VersionLeases.Held lease,
      ServedBy servedBy,
      InferenceEvent.Route route,
      Listeners listeners,
      MicroBatching batching,
      Closing closing,
      int abandonedRuns,
      String opened) {
    this.runtime = runtime;
    this.shared = shared;
    this.lease = lease;
    this.servedBy = servedBy;
    this.route = route;
    this.listeners = listeners;
    this.batching = batching;
    this.closing = closing;
    this.ended = closing instanceof Closing.EndsCalls ? new RunningCalls() : null;
    this.cpu = runtime.cpuTime();
    this.opened = opened;
    this.late = abandonedRuns == 0 ? null : new LateRuns(servedBy.model(), abandonedRuns, runtime);
    this.abandonedRuns = abandonedRuns;
    this.joint =
        batching.rows() > 1 && shared.joins() ? new JointBatches(this, runtime, batching) : null;
  }

  /** Where it was opened. */
  String opened() {
    return opened;
  }

  @Override
  public ModelSignature signature() {
    return shared.engine().signature();
  }

  @Override
  public FeatureSchema features() {
    return shared.binder().features();
  }

  @Override
  public ServedBy servedBy() {
    return servedBy;
  }

  @Override
  public Placement placement() {
    return shared.engine().placement();
  }

  SharedModel shared() {
    return shared;
  }

  InferenceEvent.Route route() {
    return route;
  }

  Listeners listeners() {
    return listeners;
  }

  @Override
  public Prediction predict(FeatureBatch batch) {
    return predict(batch, CallOptions.withDefaults());
  }

  @Override
  public Prediction predict(FeatureBatch batch, CallOptions options) {
    Objects.requireNonNull(batch, "batch");
    Objects.requireNonNull(options, "options");
    try (FeatureBatch held = held(batch)) {
      DefaultPrediction answer = askBatch(new BatchRequest(held, shared.binder()), options);
      if ((answer.call() & Forgotten.ONE_OF - 1) == 0) {
        answer.watchedBy(runtime.forgotten().watch(answer));
      }
      return answer;
    }
  }

  /** A run that is abandoned reads it when the caller may have freed it. */
  private FeatureBatch held(FeatureBatch batch) {
    return late == null ? batch.lend(runtime.allocator()) : batch.lendLater(runtime.allocator());
  }

  @Override
  public <R> CompletableFuture<R> predictAsync(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read) {
    Objects.requireNonNull(batch, "batch");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(read, "read");
    FeatureBatch held;
    try {
      held = batch.lendLater(runtime.allocator());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    BatchRequest request = new BatchRequest(held, shared.binder());
    return joint != null && joint.takes(request) && !isAskedFromWithin()
        ? joint.askAsync(request, deadline(options), read, held::close)
        : askAsync(request, options, read, held::close);
  }

  private DefaultPrediction askBatch(BatchRequest request, CallOptions options) {
    if (joint == null || !joint.takes(request) || isAskedFromWithin()) {
      return ask(request, options);
    }
    enter();
    try {
      admit(request.rows(), deadline(options));
      return joint.ask(request, deadline(options));
    } finally {
      calls.leave();
    }
  }

  /** Asks in this thread. */
  DefaultPrediction ask(Request request, CallOptions options) {
    enter();
    try {
      admit(request.rows(), deadline(options));
      return askEntered(request, deadline(options), RowBatcher.Asker.AT_ONCE);
    } finally {
      calls.leave();
    }
  }

  /** Asks in this thread, for a call that has entered. */
  DefaultPrediction askEntered(Request request, @Nullable Duration deadline, long since) {
    if (deadline == null && !endsCalls()) {
      return answer(request, null, since);
    }
    Cancellation cancellation = cancellation(deadline);
    Runnable end = watch(cancellation, deadline);
    try {
      return answer(request, cancellation, since);
    } finally {
      end.run();
    }
  }

  /**
   * Rejects a call with a deadline while too many runs are abandoned.
   *
   * @throws OverloadedException then, after listeners heard of it
   */
  void admit(int rows, @Nullable Duration deadline) {
    OverloadedException full = late == null || deadline == null ? null : late.full();
    if (full != null) {
      refused(rows, System.nanoTime(), full);
      throw full;
    }
  }

  /** What ends a call with that deadline. */
  Cancellation cancellation(@Nullable Duration deadline) {
    return new Cancellation(deadline, deadline == null ? null : late);
  }

  /** Whether closing may end calls, so that each must be watched. */
  boolean endsCalls() {
    return ended != null;
  }

  /** Lets a call be ended from outside, until what is returned is run. */
  Runnable watch(Cancellation call, @Nullable Duration deadline) {
    RunningCalls all = ended;
    if (all != null) {
      all.add(call);
    }
    Deadlines.Task watched = deadline == null ? null : runtime.threads().watch(call, deadline);
    return () -> {
      if (watched != null) {
        watched.cancel();
      }
      if (all != null) {
        all.remove(call);
      }
    };
  }

  static @Nullable Duration deadline(CallOptions options) {
    return options == CallOptions.withDefaults() ? null : options.deadline().orElse(null);
  }

  /** Asks in a thread of the runtime; the call counts from now on, so that closing waits for it. */
  <R> CompletableFuture<R> askAsync(
      Request request,
      CallOptions options,
      Function<? super DefaultPrediction, ? extends R> read,
      Runnable after) {
    if (!calls.enter()) {
      runtime.rejected().increment();
      after.run();
      return CompletableFuture.failedFuture(closedException());
    }
    Duration deadline = deadline(options);
    try {
      admit(request.rows(), deadline);
    } catch (OverloadedException e) {
      after.run();
      calls.leave();
      return CompletableFuture.failedFuture(e);
    }
    Cancellation cancellation = cancellation(deadline);
    AsyncCall<R> future = new AsyncCall<R>().cancelledBy(cancellation::cancel);
    Runnable watched = watch(cancellation, deadline);
    Runnable end =
        () -> {
          watched.run();
          after.run();
          calls.leave();
        };
    try {
      runtime.executor().execute(() -> complete(future, request, cancellation, read, end));
    } catch (RejectedExecutionException e) {
      end.run();
      future.completeExceptionally(closedException());
    }
    return future;
  }

  /** The call has ended before anybody hears of it, so that a dependent may close the model. */
  private <R> void complete(
      CompletableFuture<R> future,
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
    if (error == null) {
      future.complete(result);
    } else {
      future.completeExceptionally(error);
    }
  }

  /** Asks in this thread, for a call that has entered and can be ended. */
  DefaultPrediction answer(Request request, @Nullable Cancellation cancellation, long since) {
    long call = runtime.nextCall();
    CallTimes times =
        listeners.isEmpty()
            ? null
            : since == RowBatcher.Asker.AT_ONCE ? new CallTimes() : new CallTimes(since);
    DefaultPrediction answer;
    try {
      Outputs outputs = shared.ask(request, cancellation, times, cpu);
      answer =
          new DefaultPrediction(outputs, servedBy, runtime.process(), call, runtime.allocator());
    } catch (Throwable e) {
      if (times != null) {
        times.fail();
        tellError(request.rows(), call, times, e);
      }
      throw e;
    }
    if (times != null) {
      tell(request, answer, times);
    }
    return answer;
  }

  /** Tells listeners of an answer. */
  void tell(Request request, DefaultPrediction answer, CallTimes times) {
    runtime.inside().enter(this);
    try {
      request.tell(this, answer, times);
    } finally {
      runtime.inside().leave();
    }
  }

  /** This thread runs listeners for calls that ended before; {@link #leaveTelling} must follow. */
  void enterTelling() {
    runtime.inside().enter(this);
  }

  void leaveTelling() {
    runtime.inside().leave();
  }

  /**
   * Whether this thread is in a call, as a listener that asks is: it may hold a processor, and must
   * not wait for another, which others like it may hold.
   */
  boolean isAskedFromWithin() {
    return runtime.inside().isInAny();
  }

  /** Lets a caller read its answer in a thread of the runtime. */
  <R> R read(DefaultPrediction answer, Function<? super DefaultPrediction, ? extends R> read) {
    runtime.inside().enter(this);
    try {
      return read.apply(answer);
    } finally {
      runtime.inside().leave();
    }
  }

  /** The prediction of one of several calls that were answered together. */
  DefaultPrediction prediction(Outputs outputs) {
    return new DefaultPrediction(
        outputs, servedBy, runtime.process(), runtime.nextCall(), runtime.allocator());
  }

  /** Tells listeners of a call that failed beside others. */
  void tellError(int rows, CallTimes times, Throwable error) {
    tellError(rows, runtime.nextCall(), times, error);
  }

  private void tellError(int rows, long call, CallTimes times, Throwable error) {
    long process = runtime.process();
    CallEvents events =
        lent ->
            new CallEvent(
                servedBy, route, rows, i -> new PredictionId(process, call, i), times, error, lent);
    runtime.inside().enter(this);
    try {
      listeners.tellPlain(() -> events.of(null));
      listeners.tellRows(() -> events.of(null));
    } finally {
      runtime.inside().leave();
    }
  }

  /** Makes an event with rows or without. */
  private interface CallEvents {
    CallEvent of(CallEvent.@Nullable Rows lent);
  }

  private CallEvent event(
      DefaultPrediction answer, CallTimes times, CallEvent.@Nullable Rows lent) {
    int rows = answer.outputsByRow().rows();
    return new CallEvent(servedBy, route, rows, answer::id, times, null, lent);
  }

  void tellBatch(FeatureBatch batch, DefaultPrediction answer, CallTimes times) {
    listeners.tellPlain(() -> event(answer, times, null));
    if (listeners.needRows()) {
      try (LazyOutputs outputs = new LazyOutputs(answer.outputsByRow(), runtime.allocator())) {
        CallEvent.Rows rows =
            new CallEvent.Rows(() -> batch.lend(runtime.allocator()), outputs::lend);
        listeners.tellRows(() -> event(answer, times, rows));
      }
    }
  }

  <I extends Record> void tellRows(
      RowCollector<I> collector, List<I> rows, DefaultPrediction answer, CallTimes times) {
    listeners.tellPlain(() -> event(answer, times, null));
    if (listeners.needRows()) {
      try {
        collector.add(rows, answer, times, runtime.nanos());
      } catch (RuntimeException e) {
        listeners.failed(this, e);
      }
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
    checkOpen();
    RecordBinder<I> binder = shared.binder().records(lookup, in);
    RecordReader<O> reader = RecordReader.of(lookup, out, signature());
    RowCollector<I> collector = collector(in, binder);
    BoundRows<I, O> direct = new BoundRows<>(this, binder, reader, collector);
    return batching.rows() > 1 && binder.takesMany()
        ? new BatchedRows<>(this, direct, batcher(in, out, binder, direct))
        : direct;
  }

  /** One for each pair of record classes, however often they are bound. */
  @SuppressWarnings("unchecked") // the map's values have the types of their key
  private <I extends Record, O extends Record> RowBatcher<I, O> batcher(
      Class<I> in, Class<O> out, RecordBinder<I> binder, BoundRows<I, O> direct) {
    return (RowBatcher<I, O>)
        batchers.computeIfAbsent(
            List.of(in, out),
            classes ->
                runtime.batcher(
                    batching, direct::askEntered, binder::shape, calls::running, this::refused));
  }

  /** One for each record class, however often it is bound. */
  @SuppressWarnings("unchecked") // the map's values have the type of their key
  private <I extends Record> RowCollector<I> collector(Class<I> in, RecordBinder<I> binder) {
    return (RowCollector<I>)
        collectors.computeIfAbsent(
            in, type -> new RowCollector<>(this, binder.columns(), runtime.allocator()));
  }

  /** Tells listeners of single-record calls that have waited long enough. */
  void flush(long now, long age) {
    for (RowCollector<?> collector : collectors.values()) {
      try {
        collector.flush(now, age);
      } catch (RuntimeException e) {
        listeners.failed(this, e);
      }
    }
  }

  boolean collects() {
    return listeners.needRows();
  }

  @Override
  public ServingModel withAlias(AliasRecord alias) {
    return withAlias(alias, route);
  }

  @Override
  public ServingModel withAlias(AliasRecord alias, InferenceEvent.Route newRoute) {
    enter();
    try {
      ServedBy renamed =
          ServedBy.of(
              servedBy.model(),
              servedBy.digest(),
              servedBy.version().orElse(null),
              Objects.requireNonNull(alias, "alias"),
              servedBy.engine());
      return runtime.register(
          new LoadedModel(
              runtime,
              shared.share(),
              lease.share(),
              renamed,
              newRoute,
              listeners,
              batching,
              closing,
              abandonedRuns,
              Forgotten.place()));
    } finally {
      calls.leave();
    }
  }

  @Override
  public ServingModel forTrial() {
    enter();
    try {
      return runtime.register(
          new LoadedModel(
              runtime,
              shared.share(),
              lease.share(),
              servedBy,
              route,
              new Listeners(List.of()),
              MicroBatching.upTo(1),
              Closing.endsCallsAfter(Duration.ZERO),
              abandonedRuns,
              Forgotten.place()));
    } finally {
      calls.leave();
    }
  }

  @Override
  public boolean acquire() {
    return calls.hold();
  }

  @Override
  public void release() {
    calls.letGo();
  }

  /** How many calls there are now, those who wait included. */
  int running() {
    return calls.running();
  }

  void enter() {
    if (!calls.enter()) {
      runtime.rejected().increment();
      throw closedException();
    }
  }

  Executor executor() {
    return runtime.executor();
  }

  void leave() {
    calls.leave();
  }

  void checkOpen() {
    if (calls.isClosing()) {
      throw closedException();
    }
  }

  private IllegalStateException closedException() {
    return new IllegalStateException(
        "the model " + servedBy.model() + " is closed; load it again to ask it");
  }

  /** A call was refused before the model was asked: counted, and told to listeners. */
  void refused(int rows, long since, RuntimeException why) {
    rejected.increment();
    runtime.rejected().increment();
    if (!listeners.isEmpty()) {
      CallTimes times = new CallTimes(since);
      times.fail();
      tellError(rows, times, why);
    }
  }

  /** What measures its processor time; null if nothing does. */
  @Nullable CpuTime cpu() {
    return cpu;
  }

  /** What it does now. */
  ModelFigures figures() {
    int waiting = joint == null ? 0 : joint.waiting();
    for (RowBatcher<?, ?> batcher : batchers.values()) {
      waiting += batcher.waiting();
    }
    return new Figures.OfModel(
        servedBy,
        route,
        calls.running(),
        waiting,
        rejected.sum(),
        abandoned(),
        shared.engine().nativeBytes(),
        Optional.ofNullable(cpu).map(CpuTime::sum));
  }

  private int abandoned() {
    return late == null ? 0 : late.abandoned();
  }

  boolean isClosing() {
    return calls.isClosing();
  }

  @Override
  public void checkClosable() {
    if (runtime.inside().isIn(this)) {
      throw new IllegalStateException(
          "the model "
              + servedBy.model()
              + " is asked to close from within a call of its own, which it would wait for; close"
              + " it in another thread, or after the call");
    }
    if (calls.isBusy() && runtime.threads().isOwn()) {
      throw new IllegalStateException(
          "the model "
              + servedBy.model()
              + " is asked to close while calls run, in one of the threads that answer them, which"
              + " they would wait for; close it in another thread");
    }
    if (closing == Closing.refuses() && !calls.isClosing() && isBusy()) {
      throw busyException();
    }
  }

  private boolean isBusy() {
    return calls.isBusy() || abandoned() > 0;
  }

  private IllegalStateException busyException() {
    int runs = abandoned();
    if (runs > 0 && !calls.isBusy()) {
      return new IllegalStateException(
          "the model %s: found %d abandoned runs that go on, expected none to close it; it stays open: close it when they have ended, or choose another Closing"
              .formatted(servedBy.model(), runs));
    }
    int running = Math.max(1, calls.running());
    return new IllegalStateException(
        "the model "
            + servedBy.model()
            + ": found "
            + (running == 1 ? "1 running call" : running + " running calls")
            + ", expected none to close it; it stays open: close it when they have"
            + " ended, or choose another Closing");
  }

  @Override
  public void close() {
    checkClosable();
    if (closing != Closing.refuses()) {
      drain();
    } else if (abandoned() == 0 && calls.closeIfIdle()) {
      free();
    } else if (!calls.isClosing()) {
      throw busyException();
    } else {
      awaitClosed();
    }
  }

  @Override
  public void drain() {
    if (stopCalls()) {
      free();
    } else {
      awaitClosed();
    }
  }

  /** Refuses new calls, and ends those that run in time; false if that was done before. */
  boolean stopCalls() {
    if (!calls.close()) {
      return false;
    }
    if (closing instanceof Closing.EndsCalls ends && ended != null) {
      String reason =
          "the model %s was closed, and the call went on for longer than %s after that"
              .formatted(servedBy.model(), ends.patience());
      patienceEnds = System.nanoTime() + RuntimeThreads.nanos(ends.patience());
      patience = runtime.threads().deadlines().after(ends.patience(), () -> ended.end(reason));
    }
    return true;
  }

  /** After {@link #stopCalls} returned true: waits for those that run, and frees the model. */
  void free() {
    try {
      calls.awaitDrained();
      Deadlines.Task waited = patience;
      if (waited != null) {
        waited.cancel();
      }
      awaitAbandoned();
      flush(runtime.nanos(), Long.MIN_VALUE);
      shared.release();
    } finally {
      lease.release();
      runtime.forget(this);
      closed.countDown();
    }
  }

  /** As long as the choice of {@link Closing} allows; each keeps what it uses. */
  private void awaitAbandoned() {
    int runs = abandoned();
    if (late == null || runs == 0) {
      return;
    }
    if (!(closing instanceof Closing.EndsCalls)) {
      LOG.warn("{}: closing waits for {} abandoned runs, which nothing can end", servedBy, runs);
      late.await(null);
      return;
    }
    late.await(Duration.ofNanos(Math.max(0, patienceEnds - System.nanoTime())).plus(LAST_WAIT));
    if (abandoned() > 0) {
      LOG.warn(
          "{}: closed while {} abandoned runs go on; the last of them frees the model",
          servedBy,
          abandoned());
    }
  }

  /** Waits until whoever closes it is done. */
  void awaitClosed() {
    Waiting.uninterruptibly(closed);
  }

  @Override
  public String toString() {
    return servedBy.toString();
  }
}
