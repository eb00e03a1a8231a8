package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.alias.Trials.VersionTrial;
import io.mlops4j.runtime.serving.ModelLoader;
import io.mlops4j.runtime.serving.ServingModel;
import io.mlops4j.runtime.serving.loading.RegisteredVersion;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Makes versions ready to serve: verifies, loads, compares and tests them. */
final class Candidates {
  private final ModelRegistry registry;
  private final DeploymentBuilder built;
  private final ModelLoader loader;
  private final LoadOptions options;
  private final InferenceEvent.Route route;
  private final String user;
  private final @Nullable RecentRows recent;

  /**
   * @param user who loads the versions and what for
   * @param recent recent rows of callers, or null
   */
  Candidates(
      ModelRegistry registry,
      DeploymentBuilder built,
      InferenceEvent.Route route,
      String user,
      @Nullable RecentRows recent) {
    this.registry = registry;
    this.built = built;
    this.loader = built.loader;
    this.options = built.options();
    this.route = route;
    this.user = user;
    this.recent = recent;
  }

  /** A model that passed its tests. The caller closes it. Opening the gate opens its listeners. */
  record Candidate(ServingModel model, AtomicBoolean gate) {}

  /**
   * Loads the version that a record points to.
   *
   * @param trial ends calls of the model when it is abandoned
   * @param serving the model that serves now, or null
   * @throws RuntimeException if the version must not serve; nothing stays loaded
   */
  Candidate load(VersionTrial trial, @Nullable Served serving) {
    return load(registry, trial, serving);
  }

  /**
   * Loads the version that a record of a copy of the registry points to; see {@link
   * #load(VersionTrial, Served)}.
   */
  Candidate load(ModelRegistry registry, VersionTrial trial, @Nullable Served serving) {
    AliasRecord record = trial.record;
    RegisteredVersion version =
        RegisteredVersion.of(registry, Objects.requireNonNull(record.to()), record, user);
    AtomicBoolean gate = new AtomicBoolean();
    ServingModel model = loader.load(version, GatedListener.gate(options, gate), route);
    try {
      if (serving != null && route != InferenceEvent.Route.SHADOW && !built.signatureMayChange) {
        Compatibility.require(serving.model(), model);
      }
      try (ServingModel tested = model.forTrial()) {
        trial.ends(tested);
        SelfTest test =
            new SelfTest(tested, loader.allocator(), built.trialTimeout, built.nanAllowed);
        test.run(version.card());
        FeatureBatch rows = recent == null ? null : recent.rows();
        if (rows != null) {
          try (rows) {
            test.run(rows);
          }
        }
      }
      return new Candidate(model, gate);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }
}
