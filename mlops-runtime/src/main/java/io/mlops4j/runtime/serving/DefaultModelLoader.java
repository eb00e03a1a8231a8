package io.mlops4j.runtime.serving;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.RuntimeFigures;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.binding.BatchBinder;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.trust.TrustPolicy;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.LoadRequest;
import io.mlops4j.spi.ModelSource;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What all models of one runtime share: memory, engines, threads, and the numbers of their calls.
 * Thread safe.
 */
public final class DefaultModelLoader implements ModelLoader, AutoCloseable {
  /** Rows of single calls reach listeners at the latest after twice this. */
  private static final Duration OLD = Duration.ofMillis(500);

  private static final int KEPT_AT_LEAST = 16;

  private final BufferAllocator allocator = new RootAllocator();
  private final DirectMemory memory = new DirectMemory();
  private final int kept;
  private final Engines engines;
  private final RuntimeThreads threads;
  private final TimedLoads timed;
  private final int processors;
  private final CallQueue queue;
  private final Pieces pieces;
  private final LoadedModels loaded;
  private final Forgotten dropped = new Forgotten();
  private final Inside inside = new Inside();
  private final Closing closing;
  private final @Nullable ThreadMXBean clocks;
  private final boolean modelCache;
  private final @Nullable TrustPolicy trust;
  private final @Nullable String region;
  private final VersionLeases leases;
  private final LongAdder rejected = new LongAdder();
  private final LongSupplier nanos;
  private final long process = new SecureRandom().nextLong();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicInteger abandonedRuns = new AtomicInteger();
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
    this.clocks = cpuTime ? clocks() : null;
    this.kept = Math.max(KEPT_AT_LEAST, 2 * threads);
    EngineOptions options = EngineOptions.of(memory, threads);
    options = modelCache == null ? options : options.withModelCache(modelCache);
    options = nativeCache == null ? options : options.withNativeCache(nativeCache);
    this.engines = new Engines(options);
    this.threads = new RuntimeThreads(threads);
    this.timed = new TimedLoads(threads);
    this.processors = threads;
    this.queue = new CallQueue(threads, this.threads.workers());
    this.pieces = new Pieces(threads, this.threads.workers());
    this.loaded = new LoadedModels(keepLoaded);
    this.nanos = nanos;
  }

  /** Null where Java cannot tell. */
  private static @Nullable ThreadMXBean clocks() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled()
        ? threads
        : null;
  }

  /** What is to be loaded: its name, where its bytes come from, and what a registry knows of it. */
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

    /** A card states the signature that is loaded when none is chosen. */
    void checkStated(ModelSignature found) {
      if (registered != null && options.signature().isEmpty()) {
        registered
            .card()
            .signature()
            .ifPresent(
                stated -> Signatures.requireStated(registered.version().toString(), stated, found));
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
            Forgotten.place()));
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
            Forgotten.place()));
  }

  /**
   * Verified before any engine gets it. Without a model cache the bytes are read each time, even
   * when equal bytes are loaded already: a version that is damaged in its registry is refused.
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

  /** Leased before its bytes are read, so that they cannot go meanwhile. */
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

  /** Every model comes this way, before any engine is asked. */
  private ModelSource trusted(String name, ModelSource source) {
    return trust == null ? source : trust.verify(name, source);
  }

  private LoadedModel identity(Asked asked, ModelSource source, VersionLeases.Held lease) {
    LoadOptions options = asked.options();
    Engines.Named engine = engines.open(source.format(), options.engine(), options.devices());
    FeatureSchema stated = asked.schema();
    LoadedModels.Key key = LoadedModels.Key.of(source.digest(), engine.name(), options, stated);
    SharedModel shared = loaded.find(key);
    if (shared == null) {
      shared = loaded.add(key, open(engine, source, stated, options));
    }
    try {
      asked.checkStated(shared.engine().signature());
    } catch (RuntimeException e) {
      shared.release();
      throw e;
    }
    return new LoadedModel(
        this,
        shared,
        lease,
        asked.servedBy(source, engine.name()),
        asked.route(),
        new Listeners(options.listeners()),
        options.microBatching(),
        options.closing().orElse(closing),
        options.abandonedRuns(),
        asked.opened());
  }

  private SharedModel open(
      Engines.Named engine,
      ModelSource source,
      @Nullable FeatureSchema stated,
      LoadOptions options) {
    ModelSource opened = options.cached() ? source : new UncachedSource(source);
    EngineModel model = engine.engine().load(opened, request(options));
    try {
      return new SharedModel(
          model,
          binder(model, stated),
          memory,
          kept,
          options.independentRows() ? splitting(model) : null);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Null where answers have no rows that could be joined. */
  private @Nullable Pieces splitting(EngineModel model) {
    boolean joins =
        model.signature().outputs().stream()
            .allMatch(
                output ->
                    output instanceof TensorSpec tensor && tensor.type() != ElementType.STRING);
    return joins ? pieces : null;
  }

  /** Under an identity of its own, of which no listener hears. */
  private void warmUp(LoadedModel model) {
    try (LoadedModel unheard =
        new LoadedModel(
            this,
            model.shared().share(),
            VersionLeases.none(),
            model.servedBy(),
            model.route(),
            new Listeners(List.of()),
            MicroBatching.upTo(1),
            Closing.waits(),
            0,
            "")) {
      new WarmUp(unheard, allocator).tryOnce();
    }
  }

  private static LoadRequest request(LoadOptions options) {
    LoadRequest request = LoadRequest.on(DeviceRequest.of(options.devices()));
    request = options.trusted() ? request : request.withoutTrust();
    request = options.profiled() ? request.withProfiling() : request;
    request = request.withOperations(options.operations());
    return options.signature().map(request::withSignature).orElse(request);
  }

  private static BatchBinder binder(EngineModel model, @Nullable FeatureSchema stated) {
    try {
      return BatchBinder.compile(model.signature(), stated);
    } catch (ModelLoadException e) {
      List<String> constants = new ArrayList<>();
      if (stated != null) {
        stated.features().forEach(feature -> constants.add(feature.name()));
        constants.retainAll(model.constants());
      }
      throw constants.isEmpty() ? e : withConstants(e, constants);
    }
  }

  private static ModelLoadException withConstants(ModelLoadException e, List<String> constants) {
    return new ModelLoadException(
        "%s; the inputs %s have values inside the model, which this engine cannot replace: leave these features out, or export the model without the values"
            .formatted(e.getMessage(), constants),
        e);
  }

  /** Keeps an eye on a model until it is closed. */
  LoadedModel register(LoadedModel model) {
    models.add(model);
    if (model.collects()) {
      threads.keepHouse(this::flushOld, OLD);
    }
    if (closed.get()) { // it came too late to be closed with the others
      model.drain();
      checkOpen();
    }
    return model;
  }

  void forget(LoadedModel model) {
    models.remove(model);
  }

  /** Tells listeners of single-record calls that have waited long enough. */
  void flushOld() {
    models.forEach(model -> model.flush(nanos.getAsLong(), OLD.toNanos()));
  }

  private void checkOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the runtime is closed; open another to load models");
    }
  }

  @Override
  public BufferAllocator allocator() {
    return allocator;
  }

  @Override
  public Executor executor() {
    return threads.workers();
  }

  /** How many models stay loaded though nobody uses them. */
  int idleModels() {
    return loaded.idle();
  }

  /** Runs of all models that go on although their call has ended. */
  AtomicInteger abandonedRuns() {
    return abandonedRuns;
  }

  /** Which calls this thread is in. */
  Inside inside() {
    return inside;
  }

  /** Of one model; null if it is not measured. */
  @Nullable CpuTime cpuTime() {
    return clocks == null ? null : new CpuTime(clocks);
  }

  /** Counts calls that are refused before a model is asked. */
  LongAdder rejected() {
    return rejected;
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
        queue.waiting(),
        threads.queued(),
        rejected.sum(),
        memory.bytes(),
        allocator.getAllocatedMemory(),
        loaded.nativeBytes(),
        loaded.idle(),
        timed.abandoned(),
        abandonedRuns.get());
  }

  Forgotten forgotten() {
    return dropped;
  }

  CallQueue queue() {
    return queue;
  }

  /** Asks a model together what piles up, and finds out whether that pays if it is to. */
  <I, O> RowBatcher<I, O> batcher(
      MicroBatching limits,
      RowBatcher.Asker<I, O> asker,
      Function<I, Object> shape,
      IntSupplier asking,
      RowBatcher.Refusals refusals) {
    BatchingTrial trial =
        limits.measured() ? new BatchingTrial(processors, System::nanoTime) : null;
    return new RowBatcher<>(
        limits, queue, asker, shape, asking, threads.deadlines(), threads.late(), trial, refusals);
  }

  RuntimeThreads threads() {
    return threads;
  }

  long nanos() {
    return nanos.getAsLong();
  }

  long process() {
    return process;
  }

  long nextCall() {
    return calls.getAndIncrement();
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

  /** Not in a thread that whoever closes waits for. */
  private void awaitEnd() {
    if (!inside.isInAny() && !threads.isOwn()) {
      Waiting.uninterruptibly(ended);
    }
  }

  private List<String> end() {
    List<String> forgotten = new ArrayList<>();
    closeModels(forgotten);
    threads.close(abandonedRuns.get() == 0);
    loaded.close();
    if (abandonedRuns.get() > 0) {
      forgotten.add(
          abandonedRuns.get()
              + " runs whose calls have ended still go on in the engine; each frees its memory when it"
              + " ends, which may be with the process");
    }
    if (timed.abandoned() > 0) {
      forgotten.add(
          timed.abandoned()
              + " loads that were given up at their deadline still go on in the engine; they end by themselves or with the process");
    }
    engines.close();
    if (dropped.count() > 0) {
      forgotten.add(
          "predictions were dropped without close(), one of which was made at " + dropped.last());
    }
    if (memory.bytes() > 0) {
      forgotten.add("open predictions hold " + memory.bytes() + " bytes of host memory");
    }
    if (allocator.getAllocatedMemory() > 0) {
      forgotten.add(
          "open batches, readers or views hold "
              + allocator.getAllocatedMemory()
              + " bytes of Arrow memory");
    } else {
      allocator.close();
    }
    return forgotten;
  }

  private void checkClosable() {
    if (closed.get()) {
      return;
    }
    if (inside.isInAny()) {
      throw new IllegalStateException(
          "the runtime is asked to close from within a call of one of its models, which it would"
              + " wait for; close it in another thread, or after the call");
    }
    models.forEach(LoadedModel::checkClosable);
  }

  /** All of them stop before the first is waited for, so that the patience of all runs at once. */
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
