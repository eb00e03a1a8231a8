package io.mlops4j.runtime.serving;

import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.RuntimeFigures;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.serving.loading.DeclaredSignatureChecker;
import io.mlops4j.runtime.serving.loading.RegisteredVersion;
import io.mlops4j.runtime.serving.loading.TimedLoads;
import io.mlops4j.runtime.serving.loading.VersionLeases;
import io.mlops4j.runtime.serving.loading.WarmUp;
import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import io.mlops4j.runtime.trust.TrustPolicy;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.ModelSource;
import java.nio.file.Path;
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
 * Loads models and closes what is still open at the end of a runtime. Engines, threads and memory
 * are shared by all models. Thread safe.
 */
public final class DefaultModelLoader implements ModelLoader, LoadedModel.Owner, AutoCloseable {
  /** Rows of single calls reach listeners after at most twice this time. */
  private static final Duration OLD = Duration.ofMillis(500);

  private final DirectMemory memory = new DirectMemory();
  private final TimedLoads timed;
  private final CallContext context;
  private final ModelOpener opener;
  private final Closing closing;
  private final boolean modelCache;
  private final @Nullable TrustPolicy trust;
  private final @Nullable String region;
  private final VersionLeases leases;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Set<LoadedModel> models = ConcurrentHashMap.newKeySet();

  /**
   * Starts without any engine or thread; both come when they are needed.
   *
   * @param threads how many threads one run may use, and how many work asynchronously
   */
  public DefaultModelLoader(int threads) {
    this(threads, null, null, 0, Closing.waits(), false, null, null);
  }

  /**
   * Starts without any engine or thread; both come when they are needed.
   *
   * @param threads how many threads one run may use, and how many work asynchronously
   * @param modelCache where prepared models are kept, or null
   * @param nativeCache where native libraries are kept, or null
   * @param keepLoaded how many bytes models may hold for those that nobody uses to stay loaded
   * @param closing what closing a model does about running calls, unless its options say
   * @param cpuTime whether the processor time of calls is measured
   * @param trust which models may be loaded, or null for all
   * @param region where the runtime is, or null if it does not say
   */
  public DefaultModelLoader(
      int threads,
      @Nullable ModelCache modelCache,
      @Nullable Path nativeCache,
      long keepLoaded,
      Closing closing,
      boolean cpuTime,
      @Nullable TrustPolicy trust,
      @Nullable String region) {
    this(
        threads,
        modelCache,
        nativeCache,
        keepLoaded,
        closing,
        cpuTime,
        trust,
        region,
        System::nanoTime);
  }

  /** With a clock that tests can set. */
  DefaultModelLoader(int threads, long keepLoaded, LongSupplier nanos) {
    this(threads, null, null, keepLoaded, Closing.waits(), false, null, null, nanos);
  }

  private DefaultModelLoader(
      int threads,
      @Nullable ModelCache modelCache,
      @Nullable Path nativeCache,
      long keepLoaded,
      Closing closing,
      boolean cpuTime,
      @Nullable TrustPolicy trust,
      @Nullable String region,
      LongSupplier nanos) {
    this.closing = closing;
    this.modelCache = modelCache != null;
    this.trust = trust;
    this.region = region;
    this.leases = new VersionLeases(nanos);
    EngineOptions options = EngineOptions.of(memory, threads);
    options = modelCache == null ? options : options.withModelCache(modelCache);
    options = nativeCache == null ? options : options.withNativeCache(nativeCache);
    this.timed = new TimedLoads(threads);
    this.context = new CallContext(threads, cpuTime, nanos);
    this.opener =
        new ModelOpener(
            options, memory, threads, keepLoaded, new BatchSplitter(threads, context.workers()));
  }

  /** A model to load: its name, the source of its bytes, and its version if it is in a registry. */
  private record Asked(
      String name,
      Supplier<? extends ModelSource> source,
      @Nullable RegisteredVersion registered,
      LoadOptions options,
      InferenceEvent.Route route,
      String opened) {
    @Nullable FeatureSchema schema() {
      return options
          .features()
          .orElse(registered == null ? null : registered.card().features().orElse(null));
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
    version.checkRegion(region);
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
   * even when equal bytes are loaded already, so that a version that is damaged in its registry is
   * refused.
   */
  private ModelSource source(RegisteredVersion version, LoadOptions options) {
    return modelCache && options.cached()
        ? version.registry().deferredSource(version.version())
        : version.registry().source(version.version());
  }

  private ServingModel load(Asked asked) {
    checkOpen();
    return asked.options().deadline().isPresent()
        ? timed.within(asked.options().deadline().get(), asked.name(), () -> loadNow(asked))
        : loadNow(asked);
  }

  /** Leases the version before its bytes are read, so that they cannot be deleted meanwhile. */
  private LoadedModel loadNow(Asked asked) {
    VersionLeases.Held lease =
        asked.registered() == null ? VersionLeases.none() : leases.take(asked.registered());
    LoadedModel model;
    try {
      model = identity(asked, trusted(asked.name(), asked.source().get()), lease);
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

  /** Applies the trust policy to each model before an engine sees it. */
  private ModelSource trusted(String name, ModelSource source) {
    return trust == null ? source : trust.verify(name, source);
  }

  private LoadedModel identity(Asked asked, ModelSource source, VersionLeases.Held lease) {
    LoadOptions options = asked.options();
    ModelOpener.Opened opened = opener.open(source, asked.schema(), options);
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
            options.closing().orElse(closing),
            options.abandonedRuns());
    return new LoadedModel(this, context, shared, lease, identity, asked.opened());
  }

  /** Calls the model once, under an identity of its own that no listener hears of. */
  private void warmUp(LoadedModel model) {
    ModelIdentity unheard = model.identity().unheard(Closing.waits(), 0);
    VersionLeases.Held none = VersionLeases.none();
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
    if (closed.get()) { // it came too late to be closed with the others
      model.drain();
      checkOpen();
    }
    return model;
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
  public Executor executor() {
    return context.workers();
  }

  /** The number of models that stay loaded without an identity. */
  int idleModels() {
    return opener.loaded().idle();
  }

  /**
   * What the runtime does and holds now.
   *
   * @return figures; without models after close
   */
  public RuntimeFigures figures() {
    List<ModelFigures> each = new ArrayList<>();
    models.forEach(model -> each.add(model.figures()));
    return new Figures(
        List.copyOf(each),
        context.queue().waiting(),
        context.threads().queued(),
        context.rejected().sum(),
        memory.bytes(),
        allocator().getAllocatedMemory(),
        opener.loaded().nativeBytes(),
        opener.loaded().idle(),
        timed.abandoned(),
        context.abandonedRuns().get());
  }

  CallContext context() {
    return context;
  }

  /**
   * Memory of slots and answers outside the heap and outside Arrow.
   *
   * @return bytes allocated now
   */
  public long hostBytes() {
    return memory.bytes();
  }

  /**
   * Closes models that are still open, then threads, engines and memory. What is still lent then
   * stays readable.
   *
   * @return who was still open or still holds memory, a sentence each; empty for a tidy end, and
   *     for a second call
   * @throws IllegalStateException if it was asked from within a call, or a model refuses to be
   *     closed while its calls run; nothing is closed
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

  /** Waits for the end, except in a thread that the closing thread waits for. */
  private void awaitEnd() {
    if (!context.inside().isInAny() && !context.threads().isOwn()) {
      UninterruptibleWait.uninterruptibly(ended);
    }
  }

  private List<String> end() {
    List<String> forgotten = new ArrayList<>();
    closeModels(forgotten);
    context.threads().close(context.abandonedRuns().get() == 0);
    opener.loaded().close();
    if (context.abandonedRuns().get() > 0) {
      forgotten.add(
          context.abandonedRuns().get()
              + " runs whose calls have ended still go on in the engine; each frees its memory when"
              + " it ends, which may be with the process");
    }
    if (timed.abandoned() > 0) {
      forgotten.add(
          timed.abandoned()
              + " loads that were given up at their deadline still go on in the engine; they end by"
              + " themselves or with the process");
    }
    opener.close();
    if (context.leaks().count() > 0) {
      forgotten.add(
          "predictions were dropped without close(), one of which was made at "
              + context.leaks().last());
    }
    if (memory.bytes() > 0) {
      forgotten.add("open predictions hold " + memory.bytes() + " bytes of host memory");
    }
    if (allocator().getAllocatedMemory() > 0) {
      forgotten.add(
          "open batches, readers or views hold "
              + allocator().getAllocatedMemory()
              + " bytes of Arrow memory");
    } else {
      allocator().close();
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
    models.forEach(LoadedModel::checkClosable);
  }

  /**
   * Stops the calls of all models before it waits for the first, so that their patience runs at
   * once.
   */
  private void closeModels(List<String> forgotten) {
    List<LoadedModel> open = List.copyOf(models);
    List<LoadedModel> stopped = new ArrayList<>();
    for (LoadedModel model : open) {
      if (model.stopCalls()) {
        forgotten.add("the model " + model + " was not closed; it was opened at " + model.opened());
        stopped.add(model);
      }
    }
    stopped.forEach(LoadedModel::free);
    open.forEach(LoadedModel::awaitClosed);
  }

  /** Closes everything, without a report. */
  @Override
  public void close() {
    closeAndReport();
  }
}
