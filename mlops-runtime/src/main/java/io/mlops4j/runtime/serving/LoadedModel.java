package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ProtectionFigures;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.binding.RecordBinder;
import io.mlops4j.runtime.binding.output.ConstantRow;
import io.mlops4j.runtime.binding.output.RecordReader;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.answer.LeakDetector;
import io.mlops4j.runtime.serving.batching.RowBatcher;
import io.mlops4j.runtime.serving.listening.ModelIdentity;
import io.mlops4j.runtime.serving.loading.VersionLeases;
import io.mlops4j.runtime.serving.threads.CpuTime;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** One identity of a loaded model. */
final class LoadedModel extends ClosableModel implements ServingModel {

  /** An abandoned run that the engine can end ends within this time. */
  private static final Duration LAST_WAIT = Duration.ofSeconds(1);

  private final Owner owner;
  private final SharedModel shared;
  private final VersionLeases.SharedLease lease;
  private final ModelIdentity identity;
  private final ModelCalls calls;
  private volatile @Nullable Supplier<ProtectionFigures> protection;
  private volatile boolean standby;
  private final Map<Class<?>, RowCollector<?>> collectors = new ConcurrentHashMap<>();
  private final Map<List<Class<?>>, RowBatcher<?, ?>> batchers = new ConcurrentHashMap<>();
  private final @Nullable JointBatches joint;

  /** Knows the open models. */
  interface Owner {
    /** Adds an open model. If the owner is closed, closes the model and throws. */
    LoadedModel register(LoadedModel model);

    /** The model is closed. */
    void forget(LoadedModel model);
  }

  LoadedModel(
      Owner owner,
      CallContext context,
      SharedModel shared,
      VersionLeases.SharedLease lease,
      ModelIdentity identity,
      String opened) {
    this(
        owner, shared, lease, identity, opened, context, new ModelCalls(context, shared, identity));
  }

  private LoadedModel(
      Owner owner,
      SharedModel shared,
      VersionLeases.SharedLease lease,
      ModelIdentity identity,
      String opened,
      CallContext context,
      ModelCalls calls) {
    super(
        context,
        calls.counter,
        calls.running,
        identity.closing(),
        "the model " + identity.servedBy().model(),
        opened);
    this.owner = owner;
    this.shared = shared;
    this.lease = lease;
    this.identity = identity;
    this.calls = calls;
    this.joint =
        identity.batching().rows() > 1 && shared.joins()
            ? new JointBatches(calls, shared, context, identity.batching())
            : null;
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
    return identity.servedBy();
  }

  @Override
  public Placement placement() {
    return shared.engine().placement();
  }

  SharedModel shared() {
    return shared;
  }

  ModelIdentity identity() {
    return identity;
  }

  @Override
  public Prediction predict(FeatureBatch batch) {
    return predict(batch, CallOptions.withDefaults());
  }

  @Override
  public Prediction predict(FeatureBatch batch, CallOptions options) {
    calls.enter();
    try {
      return predictHeld(batch, options);
    } finally {
      calls.leave();
    }
  }

  @Override
  public Prediction predictHeld(FeatureBatch batch, CallOptions options) {
    Objects.requireNonNull(batch, "batch");
    Objects.requireNonNull(options, "options");
    try (FeatureBatch lent = lend(batch)) {
      BatchRequest request = new BatchRequest(lent, shared.binder(), ModelCalls.traceId(options));
      JointBatches together = jointFor(request);
      DefaultPrediction answer =
          together == null ? calls.ask(request, options) : together.ask(request, options);
      if ((answer.call() & LeakDetector.ONE_OF - 1) == 0) {
        answer.watchedBy(context.leaks().watch(answer));
      }
      return answer;
    }
  }

  /** An abandoned run reads the batch after its caller may have freed it. */
  private FeatureBatch lend(FeatureBatch batch) {
    return calls.late == null
        ? BatchLending.lend(batch, context.allocator())
        : BatchLending.lendLater(batch, context.allocator());
  }

  @Override
  public <R> CompletableFuture<R> predictAsync(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read) {
    return calls.enterAsync(() -> predictHeldAsync(batch, options, read, () -> {}));
  }

  @Override
  public <R> CompletableFuture<R> predictHeldAsync(
      FeatureBatch batch,
      CallOptions options,
      Function<? super Prediction, ? extends R> read,
      Runnable after) {
    Objects.requireNonNull(batch, "batch");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(read, "read");
    FeatureBatch lent;
    try {
      lent = BatchLending.lendLater(batch, context.allocator());
    } catch (RuntimeException | Error e) { // such as a closed batch
      after.run();
      calls.leave();
      return CompletableFuture.failedFuture(e);
    }
    Runnable end =
        () -> {
          try (lent) {
            after.run();
          } finally {
            calls.leave();
          }
        };
    BatchRequest request = new BatchRequest(lent, shared.binder(), ModelCalls.traceId(options));
    JointBatches together = jointFor(request);
    return together == null
        ? calls.askAsync(request, options, read, end)
        : together.askAsync(request, options, read, end);
  }

  /** Null if the batch needs a run of its own. */
  private @Nullable JointBatches jointFor(BatchRequest request) {
    return joint != null && joint.takes(request) && !calls.isCalledFromWithin() ? joint : null;
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(Class<I> in, Class<O> out) {
    return countedRows(null, in, out);
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(
      MethodHandles.Lookup lookup, Class<I> in, Class<O> out) {
    return countedRows(Objects.requireNonNull(lookup, "lookup"), in, out);
  }

  private <I extends Record, O extends Record> RowModel<I, O> countedRows(
      MethodHandles.@Nullable Lookup lookup, Class<I> in, Class<O> out) {
    calls.checkOpen();
    return new CountedRows<>(calls, rowsHeld(lookup, in, out));
  }

  @Override
  public <I extends Record, O extends Record> BoundRows<I, O> rowsHeld(
      MethodHandles.@Nullable Lookup lookup, Class<I> in, Class<O> out) {
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(out, "out");
    RecordBinder<I> binder = shared.binder().records(lookup, in);
    RecordReader<O> reader = RecordReader.of(lookup, out, signature());
    BoundRows<I, O> direct = new BoundRows<>(calls, binder, reader, collector(in, binder), null);
    return identity.batching().rows() > 1 && binder.takesMany()
        ? direct.with(batcher(in, out, binder, direct))
        : direct;
  }

  /** One batcher for each pair of record classes. */
  @SuppressWarnings("unchecked") // the map's values have the types of their key
  private <I extends Record, O extends Record> RowBatcher<BoundRows.Asked<I>, O> batcher(
      Class<I> in, Class<O> out, RecordBinder<I> binder, BoundRows<I, O> direct) {
    return (RowBatcher<BoundRows.Asked<I>, O>)
        batchers.computeIfAbsent(
            List.of(in, out),
            classes ->
                context.<BoundRows.Asked<I>, O>batcher(
                    identity.batching(),
                    calls.late == null,
                    direct,
                    asked -> binder.shape(asked.row()),
                    counter::running,
                    calls::refused));
  }

  /** One collector for each record class; null if no listener needs rows. */
  @SuppressWarnings("unchecked") // the map's values have the type of their key
  private <I extends Record> @Nullable RowCollector<I> collector(
      Class<I> in, RecordBinder<I> binder) {
    return !collects()
        ? null
        : (RowCollector<I>)
            collectors.computeIfAbsent(
                in,
                type ->
                    new RowCollector<>(calls.reporter, binder.columns(), context, shared.memory()));
  }

  /** Notifies listeners of single-record calls that are older than this. */
  void flush(long age) {
    collectors.values().forEach(collector -> collector.flush(age));
  }

  boolean collects() {
    return calls.reporter.needsRows();
  }

  @Override
  public ServingModel withAlias(AliasRecord alias) {
    return another(identity.withAlias(Objects.requireNonNull(alias, "alias")));
  }

  @Override
  public ServingModel forTrial() {
    return another(
        identity.unheard(Closing.endsCallsAfter(Duration.ZERO), identity.abandonedRuns()),
        "the trial of a version");
  }

  @Override
  public ServingModel asFallback(ServedBy.Fallback fallback) {
    return another(identity.asFallback(Objects.requireNonNull(fallback, "fallback")));
  }

  @Override
  public ServingModel asDefault(ConstantRow constant, ServedBy.Fallback fallback) {
    ModelIdentity other = identity.asDefault(constant.digest(), fallback);
    calls.enter();
    try {
      ConstantModel answers = new ConstantModel(shared, constant);
      return owner.register(
          new LoadedModel(
              owner, context, answers, VersionLeases.none(), other, LeakDetector.place()));
    } finally {
      calls.leave();
    }
  }

  private ServingModel another(ModelIdentity other) {
    return another(other, LeakDetector.place());
  }

  private ServingModel another(ModelIdentity other, String place) {
    calls.enter();
    try {
      return owner.register(
          new LoadedModel(owner, context, shared.share(), lease.share(), other, place));
    } finally {
      calls.leave();
    }
  }

  @Override
  public boolean acquire() {
    return counter.enter();
  }

  @Override
  public void release() {
    counter.leave();
  }

  @Override
  public int running() {
    return counter.running();
  }

  @Override
  public long nativeBytes() {
    return shared.engine().nativeBytes();
  }

  @Override
  public void rejected(int rows, RuntimeException why) {
    calls.refused(rows, System.nanoTime(), why);
  }

  @Override
  public void protectedBy(Supplier<ProtectionFigures> figures) {
    protection = figures;
  }

  @Override
  public void standBy() {
    standby = true;
  }

  ModelFigures figures() {
    int waiting = joint == null ? 0 : joint.waiting();
    for (RowBatcher<?, ?> batcher : batchers.values()) {
      waiting += batcher.waiting();
    }
    return new Figures.OfModel(
        identity.servedBy(),
        identity.route(),
        standby,
        Optional.of(placement()),
        Optional.ofNullable(protection).map(Supplier::get),
        counter.running(),
        waiting,
        calls.rejected.sum(),
        calls.abandoned(),
        shared.engine().nativeBytes(),
        Optional.ofNullable(calls.cpu).map(CpuTime::sum));
  }

  @Override
  int abandoned() {
    return calls.abandoned();
  }

  @Override
  void freeParts() {
    awaitAbandoned();
    collectors.values().forEach(RowCollector::close);
    shared.release();
  }

  @Override
  void forget() {
    lease.release();
    owner.forget(this);
  }

  /** Waits for abandoned runs, at most for the time that {@link Closing} sets. */
  private void awaitAbandoned() {
    AbandonedRuns late = calls.late;
    int runs = calls.abandoned();
    if (late == null || runs == 0) {
      return;
    }
    Duration left = patienceLeft();
    if (left == null) {
      LoggerFactory.getLogger(LoadedModel.class)
          .warn(
              "{}: closing waits for abandoned runs, which the engine cannot end ({} now)",
              identity.servedBy(),
              runs);
      late.await(null);
      return;
    }
    late.await(left.plus(LAST_WAIT));
    if (calls.abandoned() > 0) {
      LoggerFactory.getLogger(LoadedModel.class)
          .warn(
              "{}: closed while abandoned runs go on ({} now); the last one frees the model",
              identity.servedBy(),
              calls.abandoned());
    }
  }

  @Override
  public String toString() {
    return identity.servedBy().toString();
  }
}
