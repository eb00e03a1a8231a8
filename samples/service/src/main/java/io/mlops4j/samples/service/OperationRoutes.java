package io.mlops4j.samples.service;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What operators need: health and metrics. */
final class OperationRoutes {
  private final Deployment deployment;
  private final PrometheusMeterRegistry meters;
  private final Admission admission;
  private final Supplier<Optional<String>> data;
  private final Folders folders;

  /**
   * @param data what is wrong with the folder of the data
   */
  OperationRoutes(
      Deployment deployment,
      PrometheusMeterRegistry meters,
      Admission admission,
      Supplier<Optional<String>> data,
      Folders folders) {
    this.deployment = deployment;
    this.meters = meters;
    this.admission = admission;
    this.data = data;
    this.folders = folders;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/health", this::health);
    routes.get("/metrics", this::metrics);
  }

  /**
   * 200 while calls are answered; an outage of the registry or of the folder of the data is a
   * warning, because calls go on.
   */
  private void health(Context http) {
    DeploymentStatus status = deployment.status();
    ServedBy serving = status.serving();
    Map<String, Object> health = new LinkedHashMap<>();
    health.put("status", admission.isStopping() ? "stopping" : "serving");
    health.put("model", serving.model());
    serving.version().ifPresent(version -> health.put("version", version.number()));
    health.put("digest", serving.digest().toString());
    health.put("since", status.since());
    health.put("placement", deployment.placement().toString());
    health.put("calls", deployment.placement().calls());
    status.refused().ifPresent(it -> health.put("refused", it.record().to() + ": " + it.reason()));
    status.waiting().ifPresent(it -> health.put("waiting", it.record().to() + ": " + it.reason()));
    status
        .outage()
        .ifPresent(it -> health.put("outage", "since " + it.since() + ": " + it.reason()));
    data.get().ifPresent(problem -> health.put("data", problem));
    http.status(admission.isStopping() ? 503 : 200)
        .contentType("application/json")
        .result(folders.write(health));
  }

  private void metrics(Context http) {
    http.contentType("text/plain; version=0.0.4; charset=utf-8").result(meters.scrape());
  }
}
