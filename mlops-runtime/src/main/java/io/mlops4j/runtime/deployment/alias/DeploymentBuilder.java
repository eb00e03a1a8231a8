package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.internal.OutputComparison;
import io.mlops4j.runtime.deployment.CircuitBreaker;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.LoadShedding;
import io.mlops4j.runtime.serving.ModelLoader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The settings of a deployment. Not thread safe. */
public final class DeploymentBuilder implements Deployment.Builder {
  final ModelLoader loader;
  final String ref;
  final Clock clock;
  final List<Consumer<? super DeploymentStatus>> onChange = new ArrayList<>();
  private final List<InferenceListener> listeners = new ArrayList<>();
  private @Nullable ModelRegistry registry;
  private LoadOptions options = LoadOptions.defaults();
  Change change = Change.by("deployment");
  @Nullable String shadow;
  double tolerance = OutputComparison.TOLERANCE;
  double shadowShare = 1;

  /** The time of a call of the challenger; tests set another. */
  Duration shadowDeadline = Duration.ofMinutes(1);

  /** Listeners of the deployment itself. */
  List<InferenceListener> counters = List.of();

  private @Nullable MicroBatching batching;
  Duration interval = Duration.ofSeconds(1);
  Duration trialTimeout = Duration.ofMinutes(5);
  Duration registryTimeout = Duration.ofSeconds(10);
  @Nullable Path lastGood;
  @Nullable String canary;
  double canaryShare;
  @Nullable Gate gate;
  boolean signatureMayChange;
  boolean nanAllowed;
  boolean keepsRows = true;
  @Nullable CircuitBreaker breaker;
  @Nullable LoadShedding shedding;
  @Nullable Map<String, Object> defaults;
  boolean keepsPrevious;
  boolean fallsToPrevious;

  /** A monotonic clock of circuit breakers; tests set another. */
  LongSupplier nanos = System::nanoTime;

  /** Null for real time; tests set another. */
  @Nullable Timer timer;

  /**
   * Begins to build a deployment.
   *
   * @param loader loads models; it must outlive the deployment, which does not close it
   * @param ref {@code name@alias}
   * @throws IllegalArgumentException if the reference names no alias
   */
  public DeploymentBuilder(ModelLoader loader, String ref) {
    this(loader, ref, Clock.systemUTC());
  }

  /**
   * Uses a clock for the times in states. The interval between readings of the alias is real time.
   */
  DeploymentBuilder(ModelLoader loader, String ref, Clock clock) {
    this.loader = Objects.requireNonNull(loader, "loader");
    this.ref = checkAlias(ref);
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  private static String checkAlias(String ref) {
    ModelRef parsed = ModelRef.parse(Objects.requireNonNull(ref, "ref"));
    if (parsed.alias().isEmpty()) {
      throw new IllegalArgumentException(
          "model reference: found \""
              + ref
              + "\", expected one with an alias to follow, such as "
              + parsed.name()
              + "@champion");
    }
    return ref;
  }

  @Override
  public Deployment.Builder from(ModelRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
    return this;
  }

  @Override
  public Deployment.Builder actor(String actor) {
    this.change = Change.by(Objects.requireNonNull(actor, "actor"));
    return this;
  }

  @Override
  public Deployment.Builder shadow(String ref) {
    return shadow(ref, OutputComparison.TOLERANCE);
  }

  @Override
  public Deployment.Builder shadow(String ref, double tolerance) {
    this.shadow = checkAlias(ref);
    this.tolerance = OutputComparison.checkTolerance(tolerance);
    return this;
  }

  @Override
  public Deployment.Builder shadowShare(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "share: found " + share + ", expected more than 0 and at most 1");
    }
    this.shadowShare = share;
    return this;
  }

  @Override
  public Deployment.Builder options(LoadOptions options) {
    this.options = Objects.requireNonNull(options, "options");
    return this;
  }

  @Override
  public Deployment.Builder microBatching(MicroBatching batching) {
    this.batching = Objects.requireNonNull(batching, "batching");
    return this;
  }

  @Override
  public Deployment.Builder listener(InferenceListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  @Override
  public Deployment.Builder every(Duration interval) {
    this.interval = positive("interval", interval);
    return this;
  }

  @Override
  public Deployment.Builder trialTimeout(Duration limit) {
    this.trialTimeout = positive("limit", limit);
    return this;
  }

  @Override
  public Deployment.Builder registryTimeout(Duration limit) {
    this.registryTimeout = positive("limit", limit);
    return this;
  }

  @Override
  public Deployment.Builder canary(String ref, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: found " + share + ", expected 0 to 1");
    }
    this.canary = checkAlias(ref);
    this.canaryShare = share;
    return this;
  }

  @Override
  public Deployment.Builder rollouts(Gate gate) {
    this.gate = Objects.requireNonNull(gate, "gate");
    return this;
  }

  @Override
  public Deployment.Builder lastGoodIn(Path folder) {
    this.lastGood = Objects.requireNonNull(folder, "folder");
    return this;
  }

  @Override
  public Deployment.Builder allowSignatureChange() {
    this.signatureMayChange = true;
    return this;
  }

  @Override
  public Deployment.Builder allowNan() {
    this.nanAllowed = true;
    return this;
  }

  @Override
  public Deployment.Builder withoutRecentRows() {
    this.keepsRows = false;
    return this;
  }

  @Override
  public Deployment.Builder circuitBreaker(CircuitBreaker settings) {
    this.breaker = Objects.requireNonNull(settings, "settings");
    return this;
  }

  @Override
  public Deployment.Builder fallbackTo(Map<String, ?> outputs) {
    this.defaults = Map.copyOf(Objects.requireNonNull(outputs, "outputs"));
    return this;
  }

  @Override
  public Deployment.Builder fallbackToPrevious() {
    this.fallsToPrevious = true;
    return keepPrevious();
  }

  @Override
  public Deployment.Builder keepPrevious() {
    this.keepsPrevious = true;
    return this;
  }

  @Override
  public Deployment.Builder shedding(LoadShedding settings) {
    this.shedding = Objects.requireNonNull(settings, "settings");
    return this;
  }

  private static Duration positive(String name, Duration duration) {
    Objects.requireNonNull(duration, name);
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(
          name + ": found " + duration + ", expected more than zero");
    }
    return duration;
  }

  @Override
  public Deployment.Builder onChange(Consumer<? super DeploymentStatus> listener) {
    onChange.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  ModelRegistry registry() {
    if (registry == null) {
      throw new IllegalStateException("registry: found none, expected from(registry) before start");
    }
    return registry;
  }

  LoadOptions options() {
    LoadOptions.Builder all = options.toBuilder();
    if (batching != null) {
      all.microBatching(batching);
    }
    listeners.forEach(all::listener);
    counters.forEach(all::listener);
    return all.build();
  }

  @Override
  public Deployment start() {
    if (canary != null && gate != null) {
      throw new IllegalStateException(
          "canary: found both canary(...) and rollouts(...), expected one; a rollout sets the share of its candidate");
    }
    return AliasDeployment.start(this);
  }
}
