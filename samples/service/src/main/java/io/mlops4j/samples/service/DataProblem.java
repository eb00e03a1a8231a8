package io.mlops4j.samples.service;

import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.StateStatus;
import io.mlops4j.monitor.log.LogStatus;
import io.mlops4j.monitor.log.PredictionLog;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What cannot be stored in the folder of {@code MLOPS_DATA} now. Each part tries again by itself.
 */
final class DataProblem {
  private DataProblem() {}

  static Optional<String> of(
      Deployment deployment, Optional<PredictionLog> log, Optional<ModelMonitor> monitor) {
    Stream<Optional<String>> parts =
        Stream.of(
            log.map(PredictionLog::status)
                .flatMap(LogStatus::problem)
                .map(problem -> "prediction log: " + problem),
            monitor
                .flatMap(ModelMonitor::state)
                .flatMap(StateStatus::problem)
                .map(problem -> "state of the monitor: " + problem),
            deployment
                .status()
                .lastGood()
                .flatMap(DeploymentStatus.LastGood::problem)
                .map(problem -> "copy of the last good version: " + problem));
    String all = parts.flatMap(Optional::stream).collect(Collectors.joining("; "));
    return all.isEmpty() ? Optional.empty() : Optional.of(all);
  }
}
