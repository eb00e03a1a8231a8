package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.binding.output.ConstantRow;
import io.mlops4j.runtime.deployment.CircuitBreaker;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import io.mlops4j.runtime.deployment.alias.acceptance.Compatibility;
import io.mlops4j.runtime.deployment.alias.acceptance.RejectedVersionException;
import io.mlops4j.runtime.deployment.alias.acceptance.SelfTest;
import io.mlops4j.runtime.serving.ModelLoader;
import io.mlops4j.runtime.serving.ServingModel;
import io.mlops4j.runtime.serving.loading.RegisteredVersion;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.util.List;
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
  private final Runnable changed;

  /**
   * @param user who loads the versions and what for
   * @param recent recent rows of callers, or null
   * @param changed run when a circuit breaker opens or closes
   */
  Candidates(
      ModelRegistry registry,
      DeploymentBuilder built,
      InferenceEvent.Route route,
      String user,
      @Nullable RecentRows recent,
      Runnable changed) {
    this.registry = registry;
    this.built = built;
    this.loader = built.loader;
    this.options = built.options();
    this.route = route;
    this.user = user;
    this.recent = recent;
    this.changed = changed;
  }

  /**
   * A model that passed its tests. The caller closes it. Opening the gate opens its listeners.
   *
   * @param breaker null without circuit breakers
   * @param isProtected whether a circuit breaker or a fallback is configured for its calls
   */
  record Candidate(
      ServingModel model,
      AtomicBoolean gate,
      ModelCard card,
      @Nullable Breaker breaker,
      boolean isProtected) {}

  /** The serving version under another record. */
  Candidate renamed(Served serving, AliasRecord record) {
    return new Candidate(
        serving.model().withAlias(record),
        serving.gate(),
        serving.card(),
        serving.breaker(),
        isProtected());
  }

  private boolean isProtected() {
    return route != InferenceEvent.Route.SHADOW
        && (built.breaker != null || built.defaults != null || built.fallsToPrevious);
  }

  /**
   * Tests a version again that is still loaded, instead of loading it.
   *
   * @return null if it was closed meanwhile
   * @throws RuntimeException if the version must not serve
   */
  @Nullable Candidate again(Served warm, VersionTrial trial, @Nullable Served serving) {
    ServingModel model;
    try {
      model = warm.model().withAlias(trial.record);
    } catch (IllegalStateException closed) {
      return null;
    }
    return tested(model, warm.gate(), warm.card(), trial, serving);
  }

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
        RegisteredVersion.of(registry, Objects.requireNonNull(record.to()), record, user)
            .whenRead(trial::read);
    AtomicBoolean gate = new AtomicBoolean();
    ServingModel model = loader.load(version, GatedListener.gate(options, gate), route);
    return tested(model, gate, version.card(), trial, serving);
  }

  private Candidate tested(
      ServingModel model,
      AtomicBoolean gate,
      ModelCard card,
      VersionTrial trial,
      @Nullable Served serving) {
    try {
      checkDefault(model, serving);
      if (serving != null && route != InferenceEvent.Route.SHADOW && !built.signatureMayChange) {
        Compatibility.require(serving.model(), model);
      }
      try (ServingModel tested = model.forTrial()) {
        trial.ends(tested);
        SelfTest test =
            new SelfTest(tested, loader.allocator(), built.trialTimeout, built.nanAllowed);
        test.run(card);
        askRecent(tested, test);
      }
      return new Candidate(model, gate, card, breaker(model), isProtected());
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /**
   * Calls a version with recent rows of callers, the last ones first, for a tenth of its trial's
   * time.
   */
  private void askRecent(ServingModel tested, SelfTest test) {
    List<RecentRows.Kept> calls = recent == null ? List.of() : recent.calls();
    try {
      long began = System.nanoTime();
      long most = RuntimeThreads.nanos(built.trialTimeout) / 10;
      for (int i = calls.size() - 1; i >= 0 && System.nanoTime() - began < most; i--) {
        calls.get(i).ask(tested, test);
      }
    } finally {
      calls.forEach(RecentRows.Kept::close);
    }
  }

  private @Nullable Breaker breaker(ServingModel model) {
    CircuitBreaker settings = built.breaker;
    return settings == null || route == InferenceEvent.Route.SHADOW
        ? null
        : new Breaker(
            settings,
            built.nanos,
            built.clock,
            model.servedBy().version().map(ModelVersion::toString).orElse(built.ref),
            changed);
  }

  /** The first version fails the start, because the setting is wrong. */
  private void checkDefault(ServingModel model, @Nullable Served serving) {
    if (built.defaults == null || route == InferenceEvent.Route.SHADOW) {
      return;
    }
    try {
      ConstantRow.of(model.signature(), built.defaults);
    } catch (IllegalArgumentException e) {
      if (serving == null) {
        throw e;
      }
      throw new RejectedVersionException(
          Verdict.INTERFACE, model.servedBy() + ": fallbackTo: " + e.getMessage(), e);
    }
  }
}
