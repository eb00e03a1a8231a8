package io.mlops4j.bench.service;

import io.mlops4j.bench.ratios.Measured;
import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.util.AutoCloseables;

/** One server under the load of 16 connections, each of which sends its next request at once. */
final class ServiceLoad implements Measured {
  private static final int CONNECTIONS = 16;

  /** The calls of the warm-up. Compiling takes processor time, and longer on a busy machine. */
  private static final long FEWEST_WARM_UP_CALLS = 60_000;

  private static final long MOST_WARM_UP_CALLS = 3_000_000;

  /**
   * The warm-up ends after so many samples in a row that are not faster, and in which the server
   * has compiled next to nothing.
   */
  private static final int SETTLED = 6;

  private static final double FASTER = 0.98;
  private static final double COMPILES = 0.02;

  private static final Duration SAMPLE = Duration.ofMillis(800);
  private static final String PACKAGE = "io.mlops4j.samples.service.";
  private static final Map<String, String> LOOPBACK =
      Map.of("MLOPS_HOST", "127.0.0.1", "MLOPS_PORT", "0", "MLOPS_GRPC_PORT", "0");

  /** Servers close a connection after half a minute without a request. */
  private static final Duration IDLE = Duration.ofSeconds(10);

  private final ServerProcess server;
  private final byte[] request;
  private final List<Connection> connections = new ArrayList<>();
  private final ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
  private long lastUsed;

  private ServiceLoad(ServerProcess server, byte[] request) throws Exception {
    this.server = server;
    this.request = request;
    try {
      connect();
      warmUp();
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  private void connect() throws Exception {
    AutoCloseables.close(connections);
    connections.clear();
    for (int i = 0; i < CONNECTIONS; i++) {
      connections.add(new Connection(server.port()));
    }
  }

  private void warmUp() throws Exception {
    double best = Double.MAX_VALUE;
    int notFaster = 0;
    long calls = 0;
    long compiled = server.compiling();
    while (calls < FEWEST_WARM_UP_CALLS || (notFaster < SETTLED && calls < MOST_WARM_UP_CALLS)) {
      double nanos = nanosPerCall(SAMPLE);
      calls += (long) (SAMPLE.toNanos() / nanos);
      long now = server.compiling();
      boolean settles =
          nanos >= FASTER * best && now - compiled < (long) (COMPILES * SAMPLE.toNanos());
      notFaster = settles ? notFaster + 1 : 0;
      best = Math.min(best, nanos);
      compiled = now;
    }
  }

  /** The service, which follows an alias and counts every call. */
  static ServiceLoad service(byte[] request) throws Exception {
    Path registry = Files.createTempDirectory("service-registry");
    try (ModelRegistry models = FileModelRegistry.open(registry)) {
      models.assign(
          "flight-delay@champion",
          models.publish(ModelCard.builder("flight-delay").build(), model()),
          Change.by("bench").because("to be measured"));
    }
    Map<String, String> settings = new HashMap<>(LOOPBACK);
    settings.put("MLOPS_REGISTRY", registry.toString());
    settings.put("MLOPS_MODEL", "flight-delay@champion");
    return new ServiceLoad(ServerProcess.start(PACKAGE + "Main", settings), request);
  }

  static ServiceLoad constant(byte[] request) throws Exception {
    return new ServiceLoad(ServerProcess.start(PACKAGE + "ConstantService", LOOPBACK), request);
  }

  static ServiceLoad handwritten(byte[] request) throws Exception {
    return new ServiceLoad(
        ServerProcess.start(PACKAGE + "peer.HandwrittenService", Map.of(), model().toString()),
        request);
  }

  private static Path model() {
    return ServerProcess.target().resolveSibling("models").resolve("flight-delay-1.onnx");
  }

  @Override
  public double measure() throws Exception {
    if (System.nanoTime() - lastUsed > IDLE.toNanos()) { // the other server was warmed up
      connect();
      double unused = nanosPerCall(SAMPLE);
    }
    return nanosPerCall(SAMPLE);
  }

  private double nanosPerCall(Duration time) throws Exception {
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    List<Future<Long>> calls = new ArrayList<>();
    for (Connection connection : connections) {
      calls.add(
          clients.submit(
              () -> {
                long done = 0;
                while (System.nanoTime() < end) {
                  connection.call(request);
                  done++;
                }
                return done;
              }));
    }
    long all = 0;
    for (Future<Long> done : calls) {
      all += done.get();
    }
    lastUsed = System.nanoTime();
    return (lastUsed - begin) / (double) all;
  }

  @Override
  public void close() {
    clients.shutdownNow();
    try {
      AutoCloseables.close(connections);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      server.close();
    }
  }
}
