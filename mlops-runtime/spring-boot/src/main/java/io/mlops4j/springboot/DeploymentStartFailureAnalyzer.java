package io.mlops4j.springboot;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints why a deployment cannot start, in place of a stack trace. */
final class DeploymentStartFailureAnalyzer
    extends AbstractFailureAnalyzer<DeploymentStartException> {
  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, DeploymentStartException cause) {
    return new FailureAnalysis(
        cause.getMessage(),
        "Correct the cause, or point the alias to a version that can serve (mlops4j assign)."
            + " With last-good-in, a service that has served before starts while its registry is away.",
        cause);
  }
}
