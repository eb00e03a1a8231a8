package io.mlops4j.runtime.deployment;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The champion's alias, the challenger's if there is one, and the threads that follow them. */
final class AliasDeployment implements Deployment {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final AliasFollower champion;
  private final @Nullable Shadow shadow;
  private final DeploymentThreads threads;
  private final Change change;
  private final List<Consumer<? super DeploymentStatus>> onChange;
  private final AtomicBoolean closed = new AtomicBoolean();

  private AliasDeployment(DeploymentBuilder built, ModelRegistry registry) {
    change = built.change;
    onChange = List.copyOf(built.onChange);
    threads = new DeploymentThreads(built.ref);
    champion =
        new AliasFollower(
            registry,
            built.ref,
            candidates(built, registry, Route.PRIMARY, "serves " + built.ref),
            built.clock,
            threads,
            this::tell);
    shadow = built.shadow == null ? null : shadow(built, registry, built.shadow);
  }

  private Shadow shadow(DeploymentBuilder built, ModelRegistry registry, String ref) {
    AliasFollower challenger =
        new AliasFollower(
            registry,
            ref,
            candidates(built, registry, Route.SHADOW, "asks " + ref + " beside " + built.ref),
            built.clock,
            threads,
            () -> {});
    return new Shadow(challenger, built.loader.executor());
  }

  private static Candidates candidates(
      DeploymentBuilder built, ModelRegistry registry, Route route, String what) {
    String user = built.change.actor() + ", which " + what;
    return new Candidates(registry, built.loader, built.options(), route, user);
  }

  static AliasDeployment start(DeploymentBuilder built) {
    AliasDeployment deployment = new AliasDeployment(built, built.registry());
    try {
      deployment.champion.start();
      deployment.checkShadow();
      deployment.threads.every(built.interval, deployment::poll);
      return deployment;
    } catch (RuntimeException | Error e) {
      deployment.close();
      throw e;
    }
  }

  private void checkShadow() {
    if (shadow != null) {
      shadow.check();
    }
  }

  private void poll() {
    champion.checkUnlessBusy();
    if (shadow != null) {
      shadow.checkUnlessBusy();
    }
  }

  private void tell() {
    DeploymentStatus now = status();
    for (Consumer<? super DeploymentStatus> listener : onChange) {
      try {
        listener.accept(now);
      } catch (RuntimeException e) {
        LOG.warn("a listener to the changes of a deployment failed", e);
      }
    }
  }

  @Override
  public DeploymentStatus refresh() {
    champion.check();
    checkShadow();
    return status();
  }

  @Override
  public DeploymentStatus status() {
    Served now = champion.serving();
    return new DeploymentStatus(now.servedBy(), now.since(), champion.refused());
  }

  @Override
  public Optional<ShadowStatus> shadow() {
    return Optional.ofNullable(shadow).map(Shadow::status);
  }

  @Override
  public Optional<AliasRecord> rollback(ServedBy from, String reason) {
    return champion.rollback(Objects.requireNonNull(from, "from"), change.because(reason));
  }

  @Override
  public ModelSignature signature() {
    return champion.serving().model().signature();
  }

  @Override
  public FeatureSchema features() {
    return champion.serving().model().features();
  }

  @Override
  public ServedBy servedBy() {
    return champion.serving().servedBy();
  }

  @Override
  public Placement placement() {
    return champion.serving().model().placement();
  }

  @Override
  public Prediction predict(FeatureBatch batch) {
    return predict(batch, CallOptions.withDefaults());
  }

  @Override
  public Prediction predict(FeatureBatch batch, CallOptions options) {
    Served served = champion.acquire();
    try {
      Prediction answer = served.model().predict(batch, options);
      if (shadow != null) {
        shadow.offer(batch, answer);
      }
      return answer;
    } finally {
      served.release();
    }
  }

  @Override
  public <R> CompletableFuture<R> predictAsync(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read) {
    try {
      return begin(batch, options, read);
    } catch (IllegalStateException closed) { // this, or the batch
      return CompletableFuture.failedFuture(closed);
    }
  }

  private <R> CompletableFuture<R> begin(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read) {
    Served served = champion.acquire();
    try {
      CompletableFuture<R> answer =
          shadow == null
              ? served.model().predictAsync(batch, options, read)
              : watched(shadow, served, batch, options, read);
      return HeldCall.of(answer, served::release);
    } catch (RuntimeException | Error e) {
      served.release();
      throw e;
    }
  }

  /** The batch is held here as well, as the caller may close it before the answer is there. */
  private static <R> CompletableFuture<R> watched(
      Shadow shadow,
      Served served,
      FeatureBatch batch,
      CallOptions options,
      Function<? super Prediction, ? extends R> read) {
    FeatureBatch held = batch.retain();
    try {
      CompletableFuture<R> answer =
          served
              .model()
              .predictAsync(
                  held,
                  options,
                  prediction -> {
                    shadow.offer(held, prediction);
                    return read.apply(prediction);
                  });
      return HeldCall.of(answer, held::close);
    } catch (RuntimeException | Error e) {
      held.close();
      throw e;
    }
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(Class<I> in, Class<O> out) {
    return rows(new RowKey(null, in, out));
  }

  @Override
  public <I extends Record, O extends Record> RowModel<I, O> rows(
      MethodHandles.Lookup lookup, Class<I> in, Class<O> out) {
    return rows(new RowKey(Objects.requireNonNull(lookup, "lookup"), in, out));
  }

  private <I extends Record, O extends Record> RowModel<I, O> rows(RowKey key) {
    champion.bind(key);
    return new FollowingRows<>(champion, key, shadow);
  }

  @Override
  public void close() {
    if (!closed.get()) {
      champion.checkClosable();
    }
    if (closed.compareAndSet(false, true)) {
      threads.stop();
      champion.close();
      if (shadow != null) {
        shadow.close();
      }
      threads.await();
    }
  }

  @Override
  public String toString() {
    return "deployment of " + (champion.serves() ? servedBy() : "nothing yet");
  }
}
