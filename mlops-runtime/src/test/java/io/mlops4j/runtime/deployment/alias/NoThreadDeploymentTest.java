package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.DeploymentStatus.Waiting;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.serving.ModelLoader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process has no room for another thread when a deployment needs one. */
class NoThreadDeploymentTest {
  private static final Change ANA = Change.by("ana");

  /** Java copies these values when a thread makes another one, so this stops it there. */
  private final InheritableThreadLocal<@Nullable String> full =
      new InheritableThreadLocal<>() {
        @Override
        protected @Nullable String childValue(@Nullable String value) {
          if (value != null) {
            throw new OutOfMemoryError(value);
          }
          return null;
        }
      };

  @TempDir private Path folder;
  private final ManualTime time = new ManualTime();
  private final Thread caller = Thread.currentThread();
  private DeploymentFixture plus;

  /** The method after which its thread can make no other thread. */
  private volatile String fullAfter = "";

  @BeforeEach
  void publish() {
    plus = new DeploymentFixture(folder);
    plus.assign(CHAMPION, plus.v1);
  }

  @AfterEach
  void nothingIsLeft() {
    full.remove();
    plus.close();
  }

  private DeploymentBuilder builder() {
    return builder(full(ModelRegistry.class, plus.registry));
  }

  private DeploymentBuilder builder(ModelRegistry registry) {
    ModelLoader loader = full(ModelLoader.class, plus.loader);
    DeploymentBuilder builder = new DeploymentBuilder(loader, CHAMPION, time);
    builder.timer = time;
    builder.from(registry).actor("service").every(Duration.ofDays(1));
    return builder;
  }

  private <T> T full(Class<T> type, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (fullAfter.isEmpty() && Thread.currentThread() != caller) {
                full.remove(); // a thread that rested
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              } finally {
                if (method.getName().equals(fullAfter)) {
                  awaitCaller();
                  full.set("no thread");
                }
              }
            }));
  }

  /** The trial begins on the thread that reads only if its caller waits for the answer already. */
  private void awaitCaller() {
    if (Thread.currentThread() != caller) {
      await(() -> caller.getState() == Thread.State.WAITING);
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("30 s are over").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** Threads that rest could do the work of new ones. */
  private static void awaitNoThreads() {
    await(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("mlops4j-deployment-try")));
  }

  private static Optional<ModelVersion> version(Deployment deployment) {
    return deployment.servedBy().version();
  }

  @Test
  void theAliasIsFollowedAgainAfterItCouldNotBeRead() {
    try (AliasDeployment deployment = (AliasDeployment) builder().start()) {
      plus.assign(CHAMPION, plus.v2);
      awaitNoThreads();
      full.set("no thread");
      deployment.tick();
      full.remove();

      assertThat(deployment.status().outage().orElseThrow().reason())
          .contains("no thread can be started");
      deployment.tick();
      await(() -> version(deployment).equals(Optional.of(plus.v2)));
      assertThat(deployment.status().outage()).isEmpty();
    }
  }

  @Test
  void aRolloutIsJudgedAgainAfterItCouldNotBe() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    Verdict pass = new Verdict.Pass(List.of(new Evidence("rows", 1, 1, "fine")));
    try (AliasDeployment deployment = (AliasDeployment) builder().rollouts(trial -> pass).start()) {
      RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(0.5, 1), ANA);
      deployment.refresh();
      time.advance(Duration.between(time.instant(), first.since()).plus(Duration.ofMinutes(11)));
      awaitNoThreads();
      full.set("no thread");
      deployment.tick();
      full.remove();

      assertThat(rollout.status().orElseThrow().step()).isEqualTo(1);
      await(
          () -> {
            deployment.tick();
            return rollout.status().orElseThrow().step() == 2;
          });
    }
  }

  @Test
  void aVersionThatCouldNotBeTriedIsTriedAgain() {
    try (Deployment deployment = builder().start()) {
      AliasRecord record = plus.assign(CHAMPION, plus.v2);
      awaitNoThreads();
      fullAfter = "head";
      DeploymentStatus status = deployment.refresh();

      assertThat(status.waiting())
          .hasValue(
              new Waiting(record, "no thread", 1, Instant.EPOCH, Instant.EPOCH.plusSeconds(1)));
      assertThat(status.trials()).isEmpty();
      assertThat(plus.ask(deployment, 0)).isEqualTo(1);
      fullAfter = "";
      time.advance(Duration.ofSeconds(1));
      await(() -> version(deployment).equals(Optional.of(plus.v2)));
      assertThat(deployment.status().waiting()).isEmpty();
    }
  }

  @Test
  void aStartThatGetsNoThreadSaysSo() {
    awaitNoThreads();
    fullAfter = "head";
    DeploymentBuilder builder = builder();
    assertThatThrownBy(builder::start).isInstanceOf(OutOfMemoryError.class).hasMessage("no thread");
  }

  @Test
  void aVersionServesEvenIfNoThreadCanCloseTheOneBefore() {
    try (AliasDeployment deployment =
        (AliasDeployment) builder(plus.registry).lastGoodIn(folder.resolve("good")).start()) {
      await(() -> deployment.status().lastGood().orElseThrow().kept().isPresent());
      ServedBy before = deployment.servedBy();
      plus.assign(CHAMPION, plus.v2);
      awaitNoThreads();
      fullAfter = "load"; // in the thread of the trial
      DeploymentStatus status = deployment.refresh();
      fullAfter = "";

      assertThat(status.serving().version()).hasValue(plus.v2);
      assertThat(status.waiting()).isEmpty();
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      assertThat(isLoaded(before)).isTrue();
      time.advance(Duration.ofSeconds(1));
      await(() -> !isLoaded(before));
      await(
          () -> {
            deployment.tick();
            return deployment.status().lastGood().orElseThrow().kept().equals(Optional.of(plus.v2));
          });
    }
  }

  private boolean isLoaded(ServedBy version) {
    return plus.loader.figures().models().stream()
        .anyMatch(model -> model.servedBy().equals(version));
  }

  @Test
  void aCallHasItsAnswerEvenIfItsRowsCannotBeKept() {
    BooleanSupplier broken =
        () -> {
          throw new OutOfMemoryError("no memory");
        };
    try (RecentRows recent =
            new RecentRows(plus.loader.allocator(), new SplittableRandom(1), broken);
        FeatureBatch batch = FeatureBatch.builder(plus.loader.allocator()).floats("x", 1).build()) {
      recent.offer(batch);
      assertThat(recent.wantsRows()).isFalse();
    }
  }

  @Test
  void aTimerGoesOnAfterAnError() {
    AtomicInteger ticks = new AtomicInteger();
    DeploymentThreads threads = new DeploymentThreads("plus@champion");
    threads.every(
        Duration.ofMillis(1),
        () -> {
          ticks.incrementAndGet();
          throw new OutOfMemoryError("no thread");
        });
    await(() -> ticks.get() > 2);
    threads.stop();
    threads.await();
  }
}
