package io.mlops4j.samples.service;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.mlops4j.error.DataException;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.gate.CallWatch;
import io.mlops4j.monitor.log.PredictionLog;
import io.mlops4j.monitor.metrics.InferenceMeters;
import io.mlops4j.monitor.metrics.MonitorMeters;
import io.mlops4j.monitor.metrics.RuntimeMeters;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.CircuitBreaker;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.LoadShedding;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.samples.service.grpc.GrpcServer;
import io.mlops4j.samples.service.inference.ServedModel;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole service. Start reading at the constructor: it opens the library's parts in the order in
 * which they need each other, and {@link #close} closes them in reverse.
 */
final class Service implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Service.class);

  private final Settings settings;
  private final Problems problems = new Problems(System::nanoTime);
  private final Admission admission;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Deployment deployment;
  private final GrpcServer grpc;
  private final Web web;

  /** When the time to stop is over, by {@link System#nanoTime}. */
  private volatile long end = System.nanoTime();

  private Service(Settings settings) {
    this.settings = settings;
    this.admission = new Admission(settings.maxCalls());
    try {
      PrometheusMeterRegistry meters = meters();
      opened.push(meters::close);
      ModelRuntime runtime = own(ModelRuntime.builder().threads(settings.engineThreads()).open());
      ModelRegistry registry = own(open(settings));
      Optional<PredictionLog> log =
          settings.data().map(data -> own(log(runtime, data.resolve("predictions"))));
      Optional<ModelMonitor> monitor =
          settings.reference().map(file -> own(Watch.start(runtime, registry, settings, file)));
      this.deployment = deployment(runtime, registry, meters, monitor, log);
      opened.push(() -> closeDeployment(registry, runtime));
      own(RuntimeMeters.of(runtime::figures)).bindTo(meters);
      monitor.ifPresent(
          it ->
              own(MonitorMeters.of(it).tags("model", deployment.servedBy().model()))
                  .bindTo(meters));
      Calls calls = new Calls(admission, settings.deadline(), settings.maxBody());
      Supplier<Optional<String>> data = () -> DataProblem.of(deployment, log, monitor);
      Folders folders = new Folders(settings);
      ServedModel model = own(new ServedModel(deployment, runtime.allocator()));
      this.grpc = own(grpc(model));
      this.web =
          own(
              Web.start(
                  settings,
                  meters,
                  problems::of,
                  this::left,
                  routes -> {
                    new RecordRoutes(deployment, monitor, calls).addTo(routes);
                    new ProtocolRoutes(model, calls, admission).addTo(routes);
                    new OperationRoutes(deployment, meters, admission, data, folders).addTo(routes);
                    new PageRoutes(
                            () ->
                                Status.of(
                                    settings.model(),
                                    deployment,
                                    admission,
                                    meters,
                                    monitor,
                                    data.get()),
                            folders)
                        .addTo(routes);
                  }));
    } catch (RuntimeException e) {
      closeAll(e);
      throw e;
    }
  }

  /**
   * Starts the service.
   *
   * @throws io.mlops4j.error.MlopsException if there is no version that can serve
   * @throws StartException if it cannot listen
   */
  static Service start(Settings settings) {
    Service service = new Service(settings);
    LOG.info(
        "serves {} at the ports {} (HTTP) and {} (gRPC)",
        settings.model(),
        service.port(),
        service.grpcPort());
    return service;
  }

  /** With a copy of the last good version the service starts while its registry is away. */
  private static ModelRegistry open(Settings settings) {
    return settings.data().isPresent()
        ? FileModelRegistry.openLater(settings.registry(), RegistryOptions.defaults())
        : FileModelRegistry.openExisting(settings.registry());
  }

  private <T extends AutoCloseable> T own(T part) {
    opened.push(part);
    return part;
  }

  /**
   * Percentiles of the newest minutes where the page shows them; the rest is the library's default.
   */
  static PrometheusMeterRegistry meters() {
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    DistributionStatisticConfig percentiles =
        DistributionStatisticConfig.builder().percentiles(0.5, 0.99).build();
    meters
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public DistributionStatisticConfig configure(
                  Meter.Id id, DistributionStatisticConfig config) {
                return id.getName().equals("mlops4j.inference")
                    ? percentiles.merge(config)
                    : config;
              }
            });
    return meters;
  }

  private static PredictionLog log(ModelRuntime runtime, Path folder) {
    try {
      return PredictionLog.builder(folder, runtime.allocator()).start();
    } catch (DataException e) {
      throw StartException.cannotUse("MLOPS_DATA", e);
    }
  }

  private Deployment deployment(
      ModelRuntime runtime,
      ModelRegistry registry,
      PrometheusMeterRegistry meters,
      Optional<ModelMonitor> monitor,
      Optional<PredictionLog> log) {
    CallWatch watch = CallWatch.create(); // judges the candidate of a rollout
    Deployment.Builder deployment =
        runtime
            .deployment(settings.model())
            .from(registry)
            .actor(settings.actor())
            .options(
                LoadOptions.builder()
                    .microBatching(MicroBatching.upTo(64).withQueueLimit(settings.maxCalls()))
                    .build())
            .listener(InferenceMeters.to(meters))
            .listener(watch)
            .rollouts(watch.gate().maxErrorRate(0.01).maxLatencyIncrease(0.5))
            .circuitBreaker(CircuitBreaker.withDefaults())
            .shedding(LoadShedding.above(settings.maxCalls())) // by X-Priority
            .fallbackToPrevious();
    monitor.ifPresent(deployment::listener);
    log.ifPresent(deployment::listener);
    settings.shadow().ifPresent(deployment::shadow);
    settings.data().ifPresent(data -> deployment.lastGoodIn(data.resolve("models")));
    return deployment.start();
  }

  private GrpcServer grpc(ServedModel model) {
    try {
      return listen(model);
    } catch (UncheckedIOException e) {
      throw StartException.cannotListen("MLOPS_GRPC_PORT", settings.host(), settings.grpcPort(), e);
    }
  }

  private GrpcServer listen(ServedModel model) {
    return GrpcServer.start(
        model,
        new GrpcServer.Limits(
            settings.maxBody(),
            settings.maxCalls(),
            settings.maxConnections(),
            settings.grpcIdle(),
            settings.deadline(),
            settings.readTimeout(),
            this::left,
            admission::enter,
            admission::leave,
            () -> !admission.isStopping()),
        problems::of,
        new InetSocketAddress(settings.host(), settings.grpcPort()));
  }

  /** Reads the alias now. */
  void refresh() {
    deployment.refresh();
  }

  /** All routes of HTTP, as method and path. */
  List<String> routes() {
    return web.routes();
  }

  /** The port for gRPC. */
  int grpcPort() {
    return grpc.port();
  }

  /** The port for HTTP. */
  int port() {
    return web.port();
  }

  /** What is left of the time to stop; at least a second, for answers on their way. */
  private Duration left() {
    return Duration.ofNanos(Math.max(end - System.nanoTime(), 1_000_000_000));
  }

  /**
   * Stops the service: new calls are refused, running calls get the time of {@code MLOPS_SHUTDOWN},
   * then every part is closed. A second call does nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    LOG.info("stops; {} calls run", admission.running());
    end = System.nanoTime() + settings.shutdown().toNanos();
    grpc.stopping();
    if (!admission.drain(settings.shutdown())) {
      LOG.warn("{} calls still run after {}", admission.running(), settings.shutdown());
    }
    RuntimeException failure = new IllegalStateException("the service did not close cleanly");
    closeAll(failure);
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }

  /** Closes each part even if one before it failed. */
  private void closeAll(RuntimeException failure) {
    for (AutoCloseable part = opened.poll(); part != null; part = opened.poll()) {
      try {
        part.close();
      } catch (Exception e) {
        failure.addSuppressed(e);
      }
    }
  }

  /**
   * Leaves everything open that a run uses which never ends, such as one that hangs within an
   * operator of a model or of its shadow: the log and the monitor must be closed before the process
   * ends.
   */
  private void closeDeployment(ModelRegistry registry, ModelRuntime runtime)
      throws InterruptedException {
    Thread closing = new Thread(deployment::close, "close");
    closing.setDaemon(true);
    closing.start();
    closing.join(left().toMillis());
    if (closing.isAlive()) {
      LOG.warn("a call of the model or its shadow hangs within an operator, and gets no answer");
      opened.removeAll(List.of(registry, runtime));
    }
  }
}
