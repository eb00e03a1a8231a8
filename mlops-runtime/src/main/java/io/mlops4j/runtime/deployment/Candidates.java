package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.serving.ModelLoader;
import io.mlops4j.runtime.serving.RegisteredVersion;
import io.mlops4j.runtime.serving.ServingModel;

/** Makes versions ready to serve: verified, loaded, warmed, tested. */
final class Candidates {
  private final ModelRegistry registry;
  private final ModelLoader loader;
  private final LoadOptions options;
  private final InferenceEvent.Route route;
  private final String user;

  /**
   * @param user who loads them and what for
   */
  Candidates(
      ModelRegistry registry,
      ModelLoader loader,
      LoadOptions options,
      InferenceEvent.Route route,
      String user) {
    this.registry = registry;
    this.loader = loader;
    this.options = options;
    this.route = route;
    this.user = user;
  }

  /** A model that passed, which the caller closes; its listeners hear nothing until it opens. */
  record Candidate(ServingModel model, GatedListener.Gate gate) {}

  /**
   * Loads what a record names.
   *
   * @throws RuntimeException if it must not serve; nothing stays loaded
   */
  Candidate load(AliasRecord record) {
    RegisteredVersion version = RegisteredVersion.of(registry, record.to(), record, user);
    GatedListener.Gate gate = new GatedListener.Gate();
    ServingModel model = loader.load(version, GatedListener.gate(options, gate), route);
    try {
      new SelfTest(model, loader.allocator()).run(version.card());
      return new Candidate(model, gate);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }
}
