package io.mlops4j.springboot;

import io.mlops4j.error.MlopsException;
import org.jspecify.annotations.Nullable;

/** A deployment of the properties that could not start. */
final class DeploymentStartException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  DeploymentStartException(String name, @Nullable String alias, MlopsException cause) {
    super(
        "The deployment " + name + " of " + alias + " cannot start: " + cause.getMessage(), cause);
  }
}
