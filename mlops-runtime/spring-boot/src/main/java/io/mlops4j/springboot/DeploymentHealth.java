package io.mlops4j.springboot;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.ProtectionStatus;
import io.mlops4j.springboot.Mlops4jProperties.Impairment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The health of all deployments, in terms of neither version of Spring Boot.
 *
 * @param impaired whether a deployment is in a state that the properties name
 * @param details the state of each deployment by its name
 */
record DeploymentHealth(boolean impaired, Map<String, Object> details) {
  static DeploymentHealth of(Map<String, Deployment> deployments, Set<Impairment> outOfServiceOn) {
    boolean impaired = false;
    Map<String, Object> details = new LinkedHashMap<>();
    for (Map.Entry<String, Deployment> deployment : deployments.entrySet()) {
      DeploymentStatus status = deployment.getValue().status();
      details.put(deployment.getKey(), details(status, deployment.getValue().placement()));
      impaired |= outOfServiceOn.stream().anyMatch(state -> is(status, state));
    }
    return new DeploymentHealth(impaired, details);
  }

  private static boolean is(DeploymentStatus status, Impairment state) {
    return switch (state) {
      case REFUSED -> status.refused().isPresent();
      case WAITING -> status.waiting().isPresent();
      case OUTAGE -> status.outage().isPresent();
      case CIRCUIT_OPEN -> openBreaker(status).isPresent();
    };
  }

  private static Optional<ProtectionStatus.Breaker> openBreaker(DeploymentStatus status) {
    return status.protection().breakers().stream()
        .filter(breaker -> breaker.version().equals(status.serving()))
        .filter(breaker -> breaker.state() != ProtectionStatus.State.CLOSED)
        .findFirst();
  }

  private static Map<String, Object> details(DeploymentStatus status, Placement placement) {
    Map<String, Object> details = new LinkedHashMap<>();
    status.serving().version().ifPresent(version -> details.put("version", version.toString()));
    details.put("digest", status.serving().digest().toString());
    status.serving().alias().ifPresent(alias -> details.put("record", alias.number()));
    details.put("placement", placement.toString());
    details.put("calls", placement.calls());
    details.put("since", status.since().toString());
    status
        .refused()
        .ifPresent(
            refused -> details.put("refused", reason(refused.record().to(), refused.reason())));
    status
        .waiting()
        .ifPresent(
            waiting -> details.put("waiting", reason(waiting.record().to(), waiting.reason())));
    status
        .outage()
        .ifPresent(outage -> details.put("outage", outage.since() + ": " + outage.reason()));
    openBreaker(status)
        .ifPresent(breaker -> details.put("circuitOpen", breaker.lastFailure().orElse("")));
    status
        .lastGood()
        .ifPresent(
            copy -> {
              details.put("servesCopy", copy.serving());
              copy.problem().ifPresent(problem -> details.put("copyProblem", problem));
            });
    return details;
  }

  private static String reason(@Nullable ModelVersion version, String reason) {
    return version + ": " + reason;
  }
}
