package io.mlops4j.samples.service;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.router.Endpoint;
import io.javalin.util.JavalinException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.mlops4j.samples.service.inference.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: limits, errors and request metrics. Routes are added by their own classes. */
final class Web implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Web.class);

  private final Javalin javalin;

  private final Supplier<Duration> left;

  private Web(Javalin javalin, Supplier<Duration> left) {
    this.javalin = javalin;
    this.left = left;
  }

  /**
   * Starts the server.
   *
   * @param left the time that requests get when the server stops
   */
  static Web start(
      Settings settings,
      MeterRegistry meters,
      Function<Throwable, Problem> problems,
      Supplier<Duration> left,
      Consumer<RoutesConfig> routes) {
    Javalin javalin =
        Javalin.create(config -> configure(config, settings, meters, problems, routes));
    try {
      javalin.start();
    } catch (JavalinException e) {
      throw StartException.cannotListen("MLOPS_PORT", settings.host(), settings.port(), e);
    }
    return new Web(javalin, left);
  }

  private static void configure(
      JavalinConfig config,
      Settings settings,
      MeterRegistry meters,
      Function<Throwable, Problem> problems,
      Consumer<RoutesConfig> routes) {
    config.startup.showJavalinBanner = false;
    config.startup.startupWatcherEnabled = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.prefer405over404 = true;
    config.jetty.host = settings.host();
    config.jetty.port = settings.port();
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setIdleTimeout(settings.readTimeout().toMillis());
        });
    config.jetty.modifyServer(server -> limit(server, settings));
    Requests requests = new Requests(meters);
    config.requestLogger.http(requests::record);
    config.routes.exception(HttpResponseException.class, Web::answer);
    config.routes.exception(Exception.class, (e, http) -> answer(http, problems.apply(e)));
    routes.accept(config.routes);
  }

  /** Slow and large requests are refused before a handler runs. */
  private static void limit(Server server, Settings settings) {
    WholeBody body = new WholeBody(settings.maxBody(), settings.readTimeout());
    server.setHandler(new GracefulHandler(new NoWebSockets(new HeadAsGet(body))));
    NetworkConnectionLimit connections =
        new NetworkConnectionLimit(settings.maxConnections(), server);
    connections.setEndPointIdleTimeout(settings.readTimeout().toMillis()); // while all are taken
    server.addBean(connections);
    SlowHeads.limit(server, settings.readTimeout());
    server.setErrorHandler(new JsonErrorHandler());
  }

  /** The timers of requests, which are looked up by values that a request has anyway. */
  private static final class Requests {
    private final MeterRegistry meters;
    private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();

    Requests(MeterRegistry meters) {
      this.meters = meters;
    }

    private record Kind(HandlerType method, String route, int status) {}

    void record(Context http, float milliseconds) {
      Endpoint matched = http.endpoints().matchedHttpEndpoint();
      Kind kind =
          new Kind(http.method(), matched == null ? "none" : matched.path, http.statusCode());
      timers
          .computeIfAbsent(kind, this::timer)
          .record((long) (milliseconds * 1e6), TimeUnit.NANOSECONDS);
    }

    private Timer timer(Kind kind) {
      return meters.timer(
          "http.server.requests",
          "method",
          kind.method().name(),
          "uri",
          kind.route(),
          "status",
          Integer.toString(kind.status()));
    }
  }

  private static void answer(HttpResponseException e, Context http) {
    if (e instanceof MethodNotAllowedResponse) {
      String allowed = String.join(", ", e.getDetails().values());
      http.header("Allow", allowed);
      error(http, 405, "method: found " + http.method().name() + ", expected one of " + allowed);
      return;
    }
    error(http, e.getStatus(), String.valueOf(e.getMessage()));
  }

  static void answer(Context http, Problem problem) {
    if (problem.kind() == Problem.Kind.UNAVAILABLE) {
      long seconds = problem.retryAfter().plusNanos(999_999_999).toSeconds();
      http.header("Retry-After", Long.toString(seconds));
    }
    error(http, Problems.status(problem), problem.text());
  }

  private static void error(Context http, int status, String message) {
    http.status(status)
        .contentType("application/json")
        .result(Json.write(Map.of("error", message)));
  }

  List<String> routes() {
    return javalin.unsafe.internalRouter.allHttpHandlers().stream()
        .map(parsed -> parsed.endpoint.method.name() + " " + parsed.endpoint.path)
        .toList();
  }

  int port() {
    return javalin.port();
  }

  /**
   * Calls have ended by now; what is still open are idle connections and other requests. Without
   * the limit of connections, because it gives idle ones their usual time back when others close.
   */
  @Override
  public void close() {
    Server server = javalin.jettyServer().server();
    server.getBeans(NetworkConnectionLimit.class).forEach(server::removeBean);
    server.setStopTimeout(left.get().toMillis());
    try {
      javalin.stop();
    } catch (JavalinException e) {
      LOG.warn("some connections did not close in time and were closed: {}", e.getMessage());
    }
  }
}
