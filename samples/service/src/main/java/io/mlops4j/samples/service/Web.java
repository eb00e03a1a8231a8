package io.mlops4j.samples.service;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinException;
import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.samples.service.inference.Problem;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: limits, errors and request metrics. Routes are added by their own classes. */
final class Web implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Web.class);

  private final Javalin javalin;

  private Web(Javalin javalin) {
    this.javalin = javalin;
  }

  static Web start(Settings settings, MeterRegistry meters, Consumer<RoutesConfig> routes) {
    Javalin javalin = Javalin.create(config -> configure(config, settings, meters, routes));
    javalin.start();
    return new Web(javalin);
  }

  private static void configure(
      JavalinConfig config,
      Settings settings,
      MeterRegistry meters,
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
    config.requestLogger.http((http, milliseconds) -> record(meters, http, milliseconds));
    config.routes.exception(HttpResponseException.class, Web::answer);
    config.routes.exception(Exception.class, (e, http) -> answer(http, Problems.of(e)));
    routes.accept(config.routes);
  }

  /** Slow and large requests are refused before a handler runs. */
  private static void limit(Server server, Settings settings) {
    WholeBody body = new WholeBody(settings.maxBody(), settings.readTimeout());
    server.setHandler(new GracefulHandler(body));
    server.setStopTimeout(settings.shutdown().toMillis());
    server.addBean(new NetworkConnectionLimit(settings.maxConnections(), server));
    server.setErrorHandler(new JsonErrorHandler());
  }

  private static void record(MeterRegistry meters, Context http, float milliseconds) {
    String route =
        http.endpoints().matchedHttpEndpoint() == null
            ? "none"
            : http.endpoints().matchedHttpEndpoint().path;
    meters
        .timer(
            "http.server.requests",
            "method",
            http.method().name(),
            "uri",
            route,
            "status",
            Integer.toString(http.statusCode()))
        .record(java.time.Duration.ofNanos((long) (milliseconds * 1e6)));
  }

  private static void answer(HttpResponseException e, Context http) {
    error(http, e.getStatus(), String.valueOf(e.getMessage()));
  }

  static void answer(Context http, Problem problem) {
    if (problem.kind() == Problem.Kind.UNAVAILABLE) {
      http.header("Retry-After", "1");
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

  /** Calls have ended by now; what is still open are idle connections and other requests. */
  @Override
  public void close() {
    try {
      javalin.stop();
    } catch (JavalinException e) {
      LOG.warn("some connections did not close in time and were closed: {}", e.getMessage());
    }
  }
}
