package io.mlops4j.springboot;

import io.mlops4j.runtime.deployment.Deployment;

/**
 * Changes the settings of deployments before they start, for settings that have no property, such
 * as a gate for rollouts. Every bean of this type is called for each deployment of the properties,
 * in the order of {@link org.springframework.core.annotation.Order}, after the properties were
 * applied.
 */
@FunctionalInterface
public interface DeploymentCustomizer {
  /**
   * Changes the settings of one deployment. Exceptions end the start of the application.
   *
   * @param name the name of the deployment in the properties, which is also the name of its bean
   * @param deployment the settings; do not start it
   */
  void customize(String name, Deployment.Builder deployment);
}
