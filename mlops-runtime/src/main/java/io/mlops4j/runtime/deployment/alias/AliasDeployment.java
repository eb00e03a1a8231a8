package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.CanaryStatus;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.ShadowStatus;
import io.mlops4j.runtime.serving.ServingModel;
import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The champion's alias, the challenger's if there is one, and the threads that follow them. */
final class AliasDeployment implements Deployment {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  /** Aliases that move faster than versions are loaded are followed after the start. */
  private static final int MOST_READINGS = 3;

  private final AliasFollower champion;
  private final @Nullable String shadowRef;
  private final @Nullable String canaryRef;
  private final @Nullable Shadow shadow;
  private final @Nullable Canary canary;
  private final @Nullable RolloutJudge judge;
  private final @Nullable RecentRows recent;
  private final @Nullable Guard guard;
  private final DeploymentThreads threads;
  private final Change change;
  private final ChangeListeners listeners;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);

  private AliasDeployment(DeploymentBuilder built, ModelRegistry registry) {
    change = built.change;
    threads = new DeploymentThreads(built.ref);
    listeners = new ChangeListeners(built.onChange, threads);
    CallCounter canaryCalls = new CallCounter(this::championNow, this::candidateNow);
    CallCounter shadowCalls = new CallCounter(this::championNow, this::challengerNow);
    built.counters = counters(built, canaryCalls, shadowCalls);
    recent =
        built.keepsRows && !built.signatureMayChange
            ? new RecentRows(
                built.loader.allocator(), new SplittableRandom(), this::championFixesRows)
            : null;
    champion =
        new AliasFollower(
            built,
            built.ref,
            candidates(built, registry, Route.PRIMARY, "serves " + built.ref, recent),
            threads,
            null,
            lastGood(built, registry),
            this::changed);
    canary = canary(built, registry, canaryCalls);
    judge =
        built.gate == null || canary == null
            ? null
            : new RolloutJudge(
                Rollout.of(registry, built.ref, built.clock),
                built.gate,
                canary,
                champion,
                built,
                threads);
    shadowRef = built.shadow;
    canaryRef = built.canary;
    shadow = built.shadow == null ? null : shadow(built, registry, built.shadow, shadowCalls);
    guard = Guard.of(built, champion, canary);
  }

  /** Calls are counted only if there is another version to compare them with. */
  private static List<InferenceListener> counters(
      DeploymentBuilder built, CallCounter canaryCalls, CallCounter shadowCalls) {
    List<InferenceListener> counters = new ArrayList<>();
    if (built.canary != null || built.gate != null) {
      counters.add(canaryCalls);
    }
    if (built.shadow != null) {
      counters.add(shadowCalls);
    }
    return counters;
  }

  private @Nullable Served championNow() {
    return champion.current().orNull();
  }

  /** Whether the champion takes one number of rows only. */
  private boolean championFixesRows() {
    Served now = championNow();
    return now != null
        && now.model().signature().inputs().stream()
            .anyMatch(
                input ->
                    input instanceof TensorSpec tensor
                        && !tensor.anyRank()
                        && !tensor.shape().isEmpty()
                        && tensor.shape().get(0).size().isPresent());
  }

  private @Nullable Served candidateNow() {
    return canary == null ? null : canary.candidate().current().orNull();
  }

  private @Nullable Served challengerNow() {
    return shadow == null ? null : shadow.current();
  }

  private @Nullable LastGood lastGood(DeploymentBuilder built, ModelRegistry registry) {
    return built.lastGood == null
        ? null
        : new LastGood(built.lastGood, registry, built.ref, built.clock, threads, this::changed);
  }

  private @Nullable Canary canary(
      DeploymentBuilder built, ModelRegistry registry, CallCounter calls) {
    if (built.canary == null && built.gate == null) {
      return null;
    }
    Rollout rollout = Rollout.of(registry, built.ref, built.clock);
    String ref = built.canary == null ? rollout.alias() : built.canary;
    AliasFollower candidate =
        new AliasFollower(
            built,
            ref,
            candidates(
                built, registry, Route.CANARY, "tries " + ref + " beside " + built.ref, recent),
            threads,
            champion,
            null,
            this::changed);
    return new Canary(
        candidate, calls, built.canaryShare, built.canary == null ? rollout::statusAt : null);
  }

  private Shadow shadow(
      DeploymentBuilder built, ModelRegistry registry, String ref, CallCounter calls) {
    AliasFollower challenger =
        new AliasFollower(
            built,
            ref,
            candidates(built, registry, Route.SHADOW, "asks " + ref + " beside " + built.ref, null),
            threads,
            champion,
            null,
            () -> {});
    return new Shadow(built, challenger, calls);
  }

  private Candidates candidates(
      DeploymentBuilder built,
      ModelRegistry registry,
      Route route,
      String what,
      @Nullable RecentRows recent) {
    String user = built.change.actor() + ", which " + what;
    return new Candidates(registry, built, route, user, recent, this::changed);
  }

  static AliasDeployment start(DeploymentBuilder built) {
    AliasDeployment deployment = new AliasDeployment(built, built.registry());
    try {
      if (deployment.shadow != null) {
        deployment.shadow.start();
      }
      long began = System.nanoTime();
      deployment.champion.start();
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      deployment.catchUp(built, took);
      deployment.threads.every(built.interval, deployment::tick);
      return deployment;
    } catch (RuntimeException | Error e) {
      deployment.close();
      throw e;
    }
  }

  /**
   * Reads all aliases until none has moved while versions were loaded, so that the first call meets
   * the present state. That of the champion is read last: a promotion moves it before it ends the
   * rollout.
   *
   * @param took how long the champion was loaded; another version may need as long
   */
  private void catchUp(DeploymentBuilder built, Duration took) {
    Duration twice = took.multipliedBy(2);
    Duration most = twice.compareTo(built.registryTimeout) > 0 ? twice : built.registryTimeout;
    List<Optional<AliasRecord>> before;
    boolean read;
    int left = MOST_READINGS;
    do {
      before = newest();
      read = refreshOthers(built.lastGood != null, built.registryTimeout);
      refreshChampion(most);
    } while (!before.equals(newest()) && --left > 0);
    if (read) {
      sayWhatIsMissing();
    }
  }

  /** The newest records that were read. */
  private List<Optional<AliasRecord>> newest() {
    return List.of(
        champion.newest(),
        canary == null ? Optional.empty() : canary.candidate().newest(),
        shadow == null ? Optional.empty() : shadow.newest());
  }

  private void refreshChampion(Duration most) {
    if (champion.versions().isCopy()) {
      return; // the registry is away
    }
    try {
      champion.refresh(most);
    } catch (RegistryException e) {
      LOG.debug("the alias cannot be read again now; the version that was loaded serves", e);
    }
  }

  /**
   * Reads the aliases of candidate and challenger.
   *
   * @param orLater whether an outage of the registry is no reason to fail
   * @param most the longest wait for a version, which serves later if it takes longer
   * @return false in an outage
   */
  private boolean refreshOthers(boolean orLater, Duration most) {
    try {
      if (canary != null) {
        canary.candidate().refresh(most);
      }
      if (shadow != null) {
        shadow.refresh(most);
      }
      return true;
    } catch (RegistryException e) {
      if (!orLater) {
        throw e;
      }
      LOG.debug("the aliases of candidate and challenger cannot be read now; this is retried", e);
      return false;
    }
  }

  /** An alias that has no record may be one that is misspelt. */
  private void sayWhatIsMissing() {
    if (shadow != null && shadow.newest().isEmpty()) {
      LOG.warn(
          "{}: no version is assigned to it, so no challenger is called until then", shadowRef);
    }
    if (canaryRef != null && canary != null && canary.candidate().newest().isEmpty()) {
      LOG.warn("{}: no version is assigned to it, so no candidate is called until then", canaryRef);
    }
  }

  /** The judge of rollouts; null without them. */
  @Nullable RolloutJudge judge() {
    return judge;
  }

  /** Begins to read the aliases; never waits. */
  void tick() {
    champion.tick();
    if (recent != null) {
      recent.renew();
    }
    if (canary != null) {
      canary.candidate().tick();
    }
    if (judge != null) {
      judge.tick();
    }
    if (shadow != null) {
      shadow.tick();
    }
  }

  private void changed() {
    if (!listeners.isEmpty() && champion.serves()) {
      listeners.changed(this::status);
    }
  }

  @Override
  public DeploymentStatus refresh() {
    Duration unlimited = ChronoUnit.FOREVER.getDuration();
    champion.refresh(unlimited);
    refreshOthers(false, unlimited);
    sayWhatIsMissing();
    return status();
  }

  @Override
  public DeploymentStatus status() {
    return champion.status(Guard.status(guard, champion, canary));
  }

  @Override
  public Optional<ShadowStatus> shadow() {
    return Optional.ofNullable(shadow).map(Shadow::status);
  }

  @Override
  public Optional<CanaryStatus> canary() {
    return canary == null ? Optional.empty() : canary.status();
  }

  @Override
  public Optional<AliasRecord> rollback(ServedBy from, String reason) {
    Objects.requireNonNull(reason, "reason");
    return champion.rollback(Objects.requireNonNull(from, "from"), change.because(reason));
  }

  @Override
  public ModelSignature signature() {
    return champion.current().get().model().signature();
  }

  @Override
  public FeatureSchema features() {
    return champion.current().get().model().features();
  }

  @Override
  public ServedBy servedBy() {
    return champion.current().get().servedBy();
  }

  @Override
  public Placement placement() {
    return champion.current().get().model().placement();
  }

  @Override
  public Prediction predict(FeatureBatch batch) {
    return predict(batch, CallOptions.withDefaults());
  }

  @Override
  public Prediction predict(FeatureBatch batch, CallOptions options) {
    if (guard != null) {
      Objects.requireNonNull(batch, "batch");
      Objects.requireNonNull(options, "options");
      return guard.call(
          options,
          rows(batch),
          (served, rest) -> served.model().predictHeld(batch, rest),
          (served, answer) -> offer(batch, answer));
    }
    Served served = acquire(options);
    try {
      Prediction answer = served.model().predictHeld(batch, options);
      offer(batch, answer);
      return answer;
    } finally {
      served.release();
    }
  }

  private static Guard.Rows rows(FeatureBatch batch) {
    return new Guard.Rows(batch::rows, served -> true);
  }

  private Served acquire(CallOptions options) {
    Objects.requireNonNull(options, "options");
    Served candidate = canary == null ? null : canary.acquire(options);
    return candidate == null ? champion.current().acquire() : candidate;
  }

  private void offer(FeatureBatch batch, Prediction answer) {
    if (recent != null) {
      recent.offer(batch);
    }
    if (shadow != null) {
      shadow.offer(batch, answer);
    }
  }

  @Override
  public <R> CompletableFuture<R> predictAsync(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read) {
    Objects.requireNonNull(batch, "batch");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(read, "read");
    try {
      return guard == null
          ? begin(batch, options, read)
          : guarded(guard, batch.retain(), options, read);
    } catch (IllegalStateException closed) { // this, or the batch
      return CompletableFuture.failedFuture(closed);
    }
  }

  private <R> CompletableFuture<R> begin(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read) {
    Served served = acquire(options);
    try {
      return shadow != null || (recent != null && recent.wantsRows())
          ? offered(served.model(), batch, options, read)
          : served.model().predictHeldAsync(batch, options, read, () -> {});
    } catch (RuntimeException | Error e) {
      served.release();
      throw e;
    }
  }

  /** Holds the batch for the fallback. */
  private <R> CompletableFuture<R> guarded(
      Guard guards,
      FeatureBatch held,
      CallOptions options,
      Function<? super Prediction, ? extends R> read) {
    return guards.callAsync(
        options,
        rows(held),
        (served, rest, answered) ->
            served
                .model()
                .predictHeldAsync(
                    held,
                    rest,
                    prediction -> {
                      answered.run();
                      if (served.servedBy().fallback().isEmpty()) {
                        offer(held, prediction);
                      }
                      return read.apply(prediction);
                    },
                    () -> {}),
        held::close);
  }

  /** Holds the batch itself, because the caller may close it before the model has answered. */
  private <R> CompletableFuture<R> offered(
      ServingModel model,
      FeatureBatch batch,
      CallOptions options,
      Function<? super Prediction, ? extends R> read) {
    FeatureBatch held = batch.retain();
    return model.predictHeldAsync(
        held,
        options,
        prediction -> {
          offer(held, prediction);
          return read.apply(prediction);
        },
        held::close);
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(Class<I> in, Class<O> out) {
    return rows(new RowKey(null, in, out));
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(
      MethodHandles.Lookup lookup, Class<I> in, Class<O> out) {
    Objects.requireNonNull(lookup, "lookup");
    return rows(new RowKey(lookup, in, out));
  }

  private <I extends Record, O extends Record> RowModel<I, O> rows(RowKey key) {
    champion.current().bind(key);
    if (canary != null) {
      canary.candidate().current().bindLater(key);
    }
    return new FollowingRows<>(champion, key, canary, recent, shadow, guard);
  }

  @Override
  public void close() {
    if (!closed.get()) {
      checkClosable();
    }
    if (!closed.compareAndSet(false, true)) {
      awaitEnd();
      return;
    }
    try {
      end();
    } finally {
      ended.countDown();
    }
  }

  private void checkClosable() {
    champion.versions().checkClosable();
    if (canary != null) {
      canary.candidate().versions().checkClosable();
    }
    if (shadow != null) {
      shadow.checkClosable();
    }
  }

  /** Waits for the closing thread, unless the closing thread waits for this thread. */
  private void awaitEnd() {
    try {
      checkClosable();
    } catch (IllegalStateException inside) {
      return;
    }
    if (!threads.isOwn()) {
      UninterruptibleWait.uninterruptibly(ended);
    }
  }

  private void end() {
    threads.stop();
    if (canary != null) {
      closeSideBySide(canary.candidate());
    }
    champion.close();
    if (canary != null) {
      canary.candidate().close(); // waits for the other thread
    }
    if (recent != null) {
      recent.close();
    }
    if (shadow != null) {
      shadow.close();
    }
    threads.await();
    champion.closeCopy();
  }

  /** The time for its calls begins now, and not when those of the champion have ended. */
  private void closeSideBySide(AliasFollower candidate) {
    try {
      threads.execute(candidate::close);
    } catch (OutOfMemoryError e) { // it is closed later
      LOG.debug("no thread can be started to close a candidate", e);
    }
  }

  @Override
  public String toString() {
    return "deployment of " + (champion.serves() ? servedBy() : "nothing yet");
  }
}
