package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.serving.ModelLoader;
import java.time.Clock;

/** Builds deployments for {@code ModelRuntime}. Stateless, so thread safe. */
public final class Deployments {
  private Deployments() {}

  /**
   * Builds a deployment.
   *
   * @param loader loads models; lent, it must outlive the deployment
   * @param ref {@code name@alias}
   * @return a builder
   * @throws IllegalArgumentException if the reference names no alias
   */
  public static Deployment.Builder builder(ModelLoader loader, String ref) {
    return builder(loader, ref, Clock.systemUTC());
  }

  /**
   * Begins a deployment whose states carry the time of a clock. The interval at which the alias is
   * looked at is real time.
   *
   * @param loader loads models; lent, it must outlive the deployment
   * @param ref {@code name@alias}
   * @param clock tells when things changed
   * @return a builder
   * @throws IllegalArgumentException if the reference names no alias
   */
  public static Deployment.Builder builder(ModelLoader loader, String ref, Clock clock) {
    return new DeploymentBuilder(loader, ref, clock);
  }
}
