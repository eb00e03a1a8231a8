package io.mlops4j.runtime.serving;

import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.RuntimeFigures;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.binding.StatedColumns;
import io.mlops4j.runtime.binding.output.OutputCopy;
import io.mlops4j.runtime.binding.output.OutputReader;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.serving.answer.LeakDetector;
import io.mlops4j.runtime.serving.listening.Listeners;
import io.mlops4j.runtime.serving.listening.ModelIdentity;
import io.mlops4j.runtime.serving.loading.DeclaredSignatureChecker;
import io.mlops4j.runtime.serving.loading.Engines;
import io.mlops4j.runtime.serving.loading.RegisteredVersion;
import io.mlops4j.runtime.serving.loading.TimedLoads;
import io.mlops4j.runtime.serving.loading.VersionLeases;
import io.mlops4j.runtime.serving.loading.WarmUp;
import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import io.mlops4j.runtime.trust.TrustPolicy;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.ModelSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Loads models, and closes open ones at the end of a runtime. Engines, threads and memory are
 * shared by all models. Thread safe.
 */
public final class DefaultModelLoader
    implements ModelLoader, Composer, LoadedModel.Owner, AutoCloseable {
  /** Listeners receive the rows of single-record calls after at most twice this time. */
  private static final Duration OLD = Duration.ofMillis(500);

  private final DirectMemory memory = new DirectMemory();
  private final TimedLoads timed;
  private final CallContext context;
  private final ModelOpener opener;
  private final RuntimeSettings settings;
  private final VersionLeases leases;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Set<LoadedModel> models = ConcurrentHashMap.newKeySet();
  private final Set<ComposedModel> compositions = ConcurrentHashMap.newKeySet();

  /**
   * Starts the engine whose native library is kept, in a thread that then ends. Other engines and
   * threads start when they are first needed.
   *
   * @param settings the settings of the runtime
   */
  public DefaultModelLoader(RuntimeSettings settings) {
    this(settings, System::nanoTime);
  }

  /** Uses a clock that tests can set. */
  DefaultModelLoader(RuntimeSettings settings, LongSupplier nanos) {
    this.settings = settings;
    int threads = settings.threads();
    EngineOptions options = EngineOptions.of(memory, threads);
    if (settings.modelCache() != null) {
      options = options.withModelCache(settings.modelCache());
    }
    if (settings.nativeCache() != null) {
      options = options.withNativeCache(settings.nativeCache());
    }
    if (settings.foreignCalls() != null) {
      options = options.withForeignCalls(settings.foreignCalls());
    }
    Engines engines = new Engines(options);
    if (settings.nativeCache() != null) {
      engines.begin(ModelFormat.ONNX); // first, so that all else is done meanwhile
    }
    this.leases = new VersionLeases(nanos);
    this.timed = new TimedLoads(threads);
    this.context = CallContext.create(settings, nanos);
    BatchSplitter splitter = new BatchSplitter(threads, executor());
    this.opener = new ModelOpener(engines, memory, threads, settings.keepLoaded(), splitter);
  }

  /** A model to load: its name, the source of its bytes, and its version if it is in a registry. */
  private record Asked(
      String name,
      Supplier<? extends ModelSource> source,
      @Nullable RegisteredVersion registered,
      LoadOptions options,
      InferenceEvent.Route route,
      String opened) {
    StatedColumns columns() {
      return StatedColumns.of(options, registered == null ? null : registered.card());
    }

    /** Checks the card, which states the signature that is loaded by default. */
    void checkStated(ModelSignature found) {
      if (registered != null && options.signature().isEmpty()) {
        registered
            .card()
            .signature()
            .ifPresent(
                stated ->
                    DeclaredSignatureChecker.requireStated(
                        registered.version().toString(), stated, found));
      }
    }

    ServedBy servedBy(ModelSource source, String engine) {
      return registered == null
          ? ServedBy.of(name, source.digest(), null, null, engine)
          : ServedBy.of(name, source.digest(), registered.version(), registered.alias(), engine);
    }
  }

  @Override
  public ServingModel load(
      Supplier<? extends ModelSource> source, String name, LoadOptions options) {
    return load(
        new Asked(
            Objects.requireNonNull(name, "name"),
            source,
            null,
            options,
            InferenceEvent.Route.PRIMARY,
            LeakDetector.place()));
  }

  @Override
  public ServingModel load(
      RegisteredVersion version, LoadOptions options, InferenceEvent.Route route) {
    version.checkRegion(settings.region());
    return load(
        new Asked(
            version.version().name(),
            () -> source(version, options),
            version,
            options,
            route,
            LeakDetector.place()));
  }

  /**
   * Reads and verifies the bytes of a version. Without a model cache they are read at each load,
   * even when equal bytes are loaded already. So a version that is damaged in its registry is
   * rejected.
   */
  private ModelSource source(RegisteredVersion version, LoadOptions options) {
    ModelSource source =
        settings.modelCache() != null && options.cached()
            ? version.registry().deferredSource(version.version())
            : version.registry().source(version.version());
    version.read().run();
    return source;
  }

  private ServingModel load(Asked asked) {
    checkOpen();
    return asked.options().deadline().isPresent()
        ? timed.within(asked.options().deadline().get(), asked.name(), () -> loadNow(asked))
        : loadNow(asked);
  }

  /** Leases the version before its bytes are read, so that they cannot be deleted meanwhile. */
  private LoadedModel loadNow(Asked asked) {
    VersionLeases.SharedLease lease =
        asked.registered() == null ? VersionLeases.none() : leases.take(asked.registered());
    LoadedModel model;
    try {
      letCallsRun();
      ModelSource source = asked.source().get();
      TrustPolicy trust = settings.trust(); // applied before an engine sees the bytes
      source = trust == null ? source : trust.verify(asked.name(), source);
      letCallsRun();
      model = identity(asked, source, lease);
      letCallsRun();
    } catch (RuntimeException | Error e) {
      lease.release();
      throw e;
    }
    try {
      if (asked.options().warmUp()) {
        warmUp(model);
      }
    } catch (RuntimeException | Error e) {
      model.drain();
      throw e;
    }
    return register(model);
  }

  /**
   * Lets calls run that wait for the processor of this thread. A load has no hurry, and calls would
   * otherwise wait until the end of its time slice.
   */
  @SuppressWarnings("ThreadPriorityCheck") // a hint that changes no result
  private static void letCallsRun() {
    Thread.yield();
  }

  private LoadedModel identity(Asked asked, ModelSource source, VersionLeases.SharedLease lease) {
    LoadOptions options = asked.options();
    ModelOpener.Opened opened = opener.open(source, asked.columns(), options);
    SharedModel shared = opened.model();
    try {
      asked.checkStated(shared.engine().signature());
    } catch (RuntimeException e) {
      shared.release();
      throw e;
    }
    ModelIdentity identity =
        new ModelIdentity(
            asked.servedBy(source, opened.engine()),
            asked.route(),
            new Listeners(options.listeners()),
            options.microBatching(),
            options.closing().orElse(settings.closing()),
            options.abandonedRuns());
    return new LoadedModel(this, context, shared, lease, identity, asked.opened());
  }

  /** Calls the model once, under another identity without listeners. */
  private void warmUp(LoadedModel model) {
    ModelIdentity unheard = model.identity().unheard(Closing.waits(), 0);
    VersionLeases.SharedLease none = VersionLeases.none();
    try (LoadedModel first =
        new LoadedModel(this, context, model.shared().share(), none, unheard, "")) {
      new WarmUp(first, allocator()).tryOnce();
    }
  }

  @Override
  public LoadedModel register(LoadedModel model) {
    models.add(model);
    if (model.collects()) {
      context.threads().keepHouse(this::flushOld, OLD);
    }
    if (closed.get()) { // too late to be closed with the others
      model.drain();
      checkOpen();
    }
    return model;
  }

  @Override
  public Model compose(
      Ensemble ensemble, List<InferenceListener> listeners, @Nullable Closing closing) {
    ComposedModel model =
        new ComposedModel(
            context,
            ensemble,
            new Listeners(listeners),
            closing == null ? settings.closing() : closing,
            compositions::remove,
            LeakDetector.place());
    compositions.add(model);
    if (closed.get()) { // too late to be closed with the others
      model.drain();
      checkOpen();
    }
    return model;
  }

  @Override
  public OutputReader outputs(ModelSignature signature) {
    return new OutputReader(signature, memory, settings.threads());
  }

  @Override
  public void forget(LoadedModel model) {
    models.remove(model);
  }

  /** Notifies listeners of single-record calls that are old. */
  void flushOld() {
    models.forEach(model -> model.flush(OLD.toNanos()));
  }

  private void checkOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the runtime is closed; open another to load models");
    }
  }

  @Override
  public BufferAllocator allocator() {
    return context.allocator();
  }

  @Override
  public OutputCopy outputCopy() {
    return new OutputCopy(memory);
  }

  @Override
  public Executor executor() {
    return context.threads().workers();
  }

  /** {@return the present load and memory of the runtime; without models after close} */
  public RuntimeFigures figures() {
    List<ModelFigures> each = new ArrayList<>();
    models.forEach(model -> each.add(model.figures()));
    return new Figures(
        List.copyOf(each),
        context.queue().waiting(),
        context.threads().queued(),
        context.rejected().sum(),
        memory.bytes(),
        context.arrow().bytes(),
        opener.loaded().nativeBytes(),
        opener.loaded().idle(),
        timed.abandoned(),
        context.abandonedRuns().get());
  }

  CallContext context() {
    return context;
  }

  /** {@return the bytes of slots and answers that are allocated outside the heap and Arrow now} */
  public long hostBytes() {
    return memory.bytes();
  }

  /**
   * Closes models that are still open, then threads, engines and memory. Memory that is still in
   * use stays readable.
   *
   * @return a sentence for each model that was open and each kind of memory that is in use; empty
   *     for a second call
   * @throws IllegalStateException if called from inside a call, or if a model refuses to be closed
   *     while its calls run; nothing is closed
   */
  public List<String> closeAndReport() {
    checkClosable();
    if (!closed.compareAndSet(false, true)) {
      awaitEnd();
      return List.of();
    }
    try {
      return end();
    } finally {
      ended.countDown();
    }
  }

  /** Waits for the closing thread, unless the closing thread waits for this thread. */
  private void awaitEnd() {
    if (!context.inside().isInAny() && !context.threads().isOwn()) {
      UninterruptibleWait.uninterruptibly(ended);
    }
  }

  private List<String> end() {
    List<String> forgotten = new ArrayList<>();
    // Compositions end before their members, which their running calls need.
    close(List.copyOf(compositions), "the %s was not closed; it was built at %s", forgotten);
    close(List.copyOf(models), "the model %s was not closed; it was opened at %s", forgotten);
    context.threads().close(context.abandonedRuns().get() == 0);
    opener.loaded().close();
    if (context.abandonedRuns().get() > 0) {
      forgotten.add(
          "abandoned runs of ended calls go on in the engine (%d now); each frees its memory when it ends, at the latest with the process"
              .formatted(context.abandonedRuns().get()));
    }
    if (timed.abandoned() > 0) {
      forgotten.add(
          "loads that passed their deadline go on in the engine (%d now); each ends by itself, at the latest with the process"
              .formatted(timed.abandoned()));
    }
    opener.close();
    if (context.leaks().count() > 0) {
      forgotten.add(
          "predictions were dropped without close(), one of which was made at "
              + context.leaks().last());
    }
    if (memory.bytes() > 0) {
      boolean goesOn = timed.abandoned() > 0 || context.abandonedRuns().get() > 0;
      forgotten.add(
          "open predictions%s hold %d bytes of host memory"
              .formatted(
                  goesOn ? ", or the loads and runs that still go on," : "", memory.bytes()));
    }
    if (context.arrow().bytes() > 0) {
      forgotten.add(
          "open batches, readers or views hold "
              + context.arrow().bytes()
              + " bytes of Arrow memory");
    } else {
      context.arrow().close();
    }
    return forgotten;
  }

  private void checkClosable() {
    if (closed.get()) {
      return;
    }
    if (context.inside().isInAny()) {
      throw new IllegalStateException(
          "the runtime cannot be closed from inside a call of one of its models, because it would"
              + " wait for itself; close it in another thread, or after the call");
    }
    compositions.forEach(ComposedModel::checkClosable);
    models.forEach(LoadedModel::checkClosable);
  }

  /** Begins to close all before it waits for the first, so that they wait together. */
  private static void close(
      List<? extends ClosableModel> open, String report, List<String> forgotten) {
    List<ClosableModel> stopped = new ArrayList<>();
    for (ClosableModel model : open) {
      if (model.stopCalls()) {
        forgotten.add(report.formatted(model, model.opened()));
        stopped.add(model);
      }
    }
    stopped.forEach(ClosableModel::free);
    open.forEach(ClosableModel::awaitClosed);
  }

  @Override
  public void close() {
    closeAndReport();
  }
}
