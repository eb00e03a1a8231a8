package io.mlops4j.samples.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of the service, which come from environment variables.
 *
 * @param registry the folder of the registry
 * @param model the alias that is followed, {@code name@alias}
 * @param actor who this service is in the registry's history
 * @param host the address to listen at
 * @param port the port for HTTP; 0 for any free one
 * @param grpcPort the port for gRPC; 0 for any free one
 * @param maxBody the most bytes of a request
 * @param maxCalls the most calls that run or wait at a time
 * @param maxConnections the most open connections of HTTP, and of gRPC
 * @param deadline the time that a call may take
 * @param readTimeout the time in which a body must arrive, and half of that of a head
 * @param grpcIdle the time after which a connection of gRPC without calls is closed
 * @param shutdown the time that running calls get when the service stops
 * @param engineThreads the threads of the engine; 1 for small models and many callers
 * @param shadow an alias whose version is called with the same rows and never answers
 * @param reference an Arrow file of rows that are normal; without it nothing is monitored
 * @param windowRows how many rows the monitor compares at a time
 * @param data a writable folder for what must survive a restart; without it nothing is kept
 */
record Settings(
    Path registry,
    String model,
    String actor,
    String host,
    int port,
    int grpcPort,
    int maxBody,
    int maxCalls,
    int maxConnections,
    Duration deadline,
    Duration readTimeout,
    Duration grpcIdle,
    Duration shutdown,
    int engineThreads,
    Optional<String> shadow,
    Optional<Path> reference,
    int windowRows,
    Optional<Path> data) {

  /** The default, unless a call may take longer. */
  private static final Duration SHUTDOWN = Duration.ofSeconds(10);

  /**
   * Reads the settings.
   *
   * @throws SettingsException that lists everything that is missing, misspelt or out of range
   */
  static Settings from(Map<String, String> variables) {
    Environment env = new Environment("MLOPS_", variables);
    Duration deadline = env.duration("MLOPS_DEADLINE", Duration.ofSeconds(2));
    Duration most = deadline.compareTo(SHUTDOWN) > 0 ? deadline : SHUTDOWN;
    Settings settings =
        new Settings(
            env.path("MLOPS_REGISTRY", "the folder of the registry"),
            env.alias("MLOPS_MODEL", "the alias to follow, for example flight-delay@champion"),
            env.text("MLOPS_ACTOR").orElse("delay-service"),
            env.text("MLOPS_HOST").orElse("0.0.0.0"),
            env.number("MLOPS_PORT", 8080, 0, 65_535),
            env.number("MLOPS_GRPC_PORT", 8081, 0, 65_535),
            env.number("MLOPS_MAX_BODY", 4 << 20, 1, 1 << 30),
            env.number("MLOPS_MAX_CALLS", 64, 1, 100_000),
            env.number("MLOPS_MAX_CONNECTIONS", 1_000, 1, 1_000_000),
            deadline,
            env.duration("MLOPS_READ_TIMEOUT", Duration.ofSeconds(5)),
            env.duration("MLOPS_GRPC_IDLE", Duration.ofMinutes(5)),
            env.duration("MLOPS_SHUTDOWN", most),
            env.number("MLOPS_ENGINE_THREADS", 1, 1, 1_024),
            env.alias("MLOPS_SHADOW"),
            env.path("MLOPS_REFERENCE"),
            env.number("MLOPS_WINDOW_ROWS", 10_000, 100, 10_000_000),
            env.path("MLOPS_DATA"));
    if (settings.port() != 0 && settings.port() == settings.grpcPort()) {
      env.wrong(
          "MLOPS_GRPC_PORT: found the port of HTTP, " + settings.port() + ", expected another");
    }
    if (settings.shutdown().compareTo(deadline) < 0) {
      env.wrong(
          "MLOPS_SHUTDOWN: found %d ms, expected at least MLOPS_DEADLINE, %d ms, so that calls that run are answered"
              .formatted(settings.shutdown().toMillis(), deadline.toMillis()));
    }
    env.check();
    return settings;
  }
}
