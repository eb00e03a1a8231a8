package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.card;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A candidate or a registry that hangs stops no control. */
class DeploymentControlTest {
  private static final Duration PROMPT = Duration.ofSeconds(15);

  @TempDir private Path folder;
  private DeploymentFixture plus;
  private ModelVersion endless;

  @BeforeEach
  void publishVersions() {
    plus =
        new DeploymentFixture(
            FileModelRegistry.open(
                folder.resolve("registry"),
                RegistryOptions.builder()
                    .retention(
                        Retention.withDefaults()
                            .withFloor(Duration.ZERO)
                            .withGrace(Duration.ZERO)
                            .withNewest(1))
                    .build()));
    endless =
        plus.registry.publish(
            card().build(), Path.of("src/test/resources/io/mlops4j/runtime/models/endless.onnx"));
    plus.assign(CHAMPION, plus.v1);
  }

  @AfterEach
  void nothingIsLeft() {
    plus.close();
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("30 s are over").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** Assigns the version whose self-test never ends, and waits until that has begun. */
  private CompletableFuture<DeploymentStatus> assignEndless(Deployment deployment) {
    plus.assign(CHAMPION, endless);
    CompletableFuture<DeploymentStatus> refresh =
        CompletableFuture.supplyAsync(deployment::refresh);
    await(() -> !deployment.status().trials().isEmpty());
    return refresh;
  }

  @Test
  void aNewerRecordOvertakesACandidateThatHangs() {
    try (Deployment deployment = plus.champion().start()) {
      CompletableFuture<DeploymentStatus> refresh = assignEndless(deployment);
      plus.assign(CHAMPION, plus.v2);
      long before = System.nanoTime();
      DeploymentStatus status = deployment.refresh();
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PROMPT);
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      assertThat(refresh).succeedsWithin(PROMPT);
      assertThat(status.waiting()).isEmpty();
      await(() -> deployment.status().trials().isEmpty());
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      assertThat(deployment.status().refused()).isEmpty();
    }
  }

  @Test
  void rollbackAndCloseDoNotWaitForACandidateThatHangs() {
    Deployment deployment = plus.champion().start();
    CompletableFuture<DeploymentStatus> refresh = assignEndless(deployment);
    long before = System.nanoTime();
    assertThat(deployment.rollback(deployment.servedBy(), "late")).isEmpty();
    deployment.close();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PROMPT);
    assertThat(refresh).succeedsWithin(PROMPT);
    await(() -> deployment.status().trials().isEmpty());
  }

  /** An engine that nothing ends. */
  @Test
  void anAbandonedTrialIsShownUntilItEndsAndNothingItLoadedStays() {
    TroubledRegistry registry = new TroubledRegistry(plus.registry);
    CountDownLatch ended = new CountDownLatch(1);
    try (Deployment deployment = plus.champion().from(registry.view()).start()) {
      int before = registry.calls("source");
      registry.hang("source", ended);
      CompletableFuture<DeploymentStatus> overtaken = assignEndless(deployment);
      await(() -> registry.calls("source") > before);
      registry.recover();
      plus.assign(CHAMPION, plus.v2);
      DeploymentStatus status = deployment.refresh();
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      assertThat(status.trials()).hasSize(1);
      assertThat(status.trials().get(0).abandoned()).isTrue();
      assertThat(status.trials().get(0).record().to()).isEqualTo(endless);
      plus.assign(CHAMPION, endless);
      assertThat(deployment.refresh().waiting().orElseThrow().reason())
          .isEqualTo("an earlier trial of " + endless + " was abandoned and still goes on");
      assertThat(overtaken).succeedsWithin(PROMPT);
      ended.countDown();
      await(() -> deployment.status().trials().isEmpty());
      plus.assign(CHAMPION, plus.v3);
      deployment.refresh();
      assertThat(plus.ask(deployment, 0)).isEqualTo(3);
    }
  }

  @Test
  void aTrialThatTakesTooLongWaitsAndIsNotBegunTwice() {
    Deployment.Builder builder = plus.champion().trialTimeout(Duration.ofSeconds(5));
    try (Deployment deployment = builder.start()) {
      plus.assign(CHAMPION, endless);
      DeploymentStatus status = deployment.refresh();
      assertThat(status.refused()).isEmpty();
      assertThat(status.waiting().orElseThrow().reason())
          .contains("took longer than 5 s")
          .contains("trialTimeout");
      assertThat(plus.ask(deployment, 0)).isEqualTo(1);
    }
  }

  @Test
  void aRegistryThatHangsStopsNoControl() throws Exception {
    TroubledRegistry registry = new TroubledRegistry(plus.registry);
    plus.assign(CHAMPION, plus.v2);
    CountDownLatch recovered = new CountDownLatch(1);
    Deployment deployment =
        patiently(
            plus.champion().from(registry.view()).registryTimeout(Duration.ofMillis(300))::start);
    registry.hang("head", recovered);
    registry.hang("history", recovered);
    long before = System.nanoTime();
    assertThatThrownBy(deployment::refresh)
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("did not answer within 300 ms");
    assertThatThrownBy(() -> deployment.rollback(deployment.servedBy(), "alarm"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("did not answer within 300 ms")
        .hasMessageContaining("may still take effect");
    assertThat(deployment.status().outage().orElseThrow().reason()).contains("did not answer");
    assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    registry.hang("lease", recovered);
    deployment.close();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PROMPT);
    recovered.countDown();
    assertThat(plus.registry.resolve(CHAMPION)).as("an abandoned rollback").isEqualTo(plus.v2);
  }

  @Test
  void onlySoManyCallsOfARegistryHang() {
    TroubledRegistry registry = new TroubledRegistry(plus.registry);
    CountDownLatch recovered = new CountDownLatch(1);
    try (Deployment deployment =
        patiently(
            plus.champion().from(registry.view()).registryTimeout(Duration.ofMillis(50))::start)) {
      int before = registry.calls("head");
      registry.hang("head", recovered);
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(deployment::refresh).isInstanceOf(RegistryException.class);
      }
      assertThat(registry.calls("head") - before).isEqualTo(16);
      registry.recover();
      recovered.countDown();
      plus.assign(CHAMPION, plus.v3);
      await(() -> followsAgain(deployment));
      assertThat(deployment.status().outage()).isEmpty();
    }
  }

  private boolean followsAgain(Deployment deployment) {
    try {
      return deployment.refresh().serving().version().equals(Optional.of(plus.v3));
    } catch (RegistryException e) {
      return false;
    }
  }

  @Test
  void rollbackPassesOverVersionsThatWereDeleted() {
    plus.assign(CHAMPION, plus.v2);
    plus.assign(CHAMPION, plus.v3);
    try (Deployment deployment = plus.champion().start()) {
      plus.registry.delete(plus.v2, Change.by("ana"));
      AliasRecord made = deployment.rollback(deployment.servedBy(), "alarm").orElseThrow();
      assertThat(made.to()).isEqualTo(plus.v1);
      assertThat(plus.ask(deployment, 0)).isEqualTo(1);
    }
  }

  @Test
  void anAliasThatWasRemovedServesOnAndSaysSo() {
    plus.assign(CHAMPION, plus.v2);
    try (Deployment deployment = plus.champion().start()) {
      ServedBy before = deployment.servedBy();
      AliasRecord removal = plus.registry.unassign(CHAMPION, Change.by("eve").because("unused"));
      DeploymentStatus status = deployment.refresh();
      assertThat(status.newest()).isEqualTo(removal);
      assertThat(status.newest().isRemoval()).isTrue();
      assertThat(status.serving()).isEqualTo(before);
      assertThat(status.waiting()).isEmpty();
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      assertThatThrownBy(() -> deployment.rollback(before, "alarm"))
          .isInstanceOf(RegistryException.class)
          .hasMessageContainingAll("cannot go back from plus:2", "removed by eve", "(unused)");
      assertThat(plus.registry.head(CHAMPION)).contains(removal);

      plus.assign(CHAMPION, plus.v3);
      assertThat(deployment.refresh().newest().isRemoval()).isFalse();
      assertThat(plus.ask(deployment, 0)).isEqualTo(3);
      assertThat(deployment.rollback(deployment.servedBy(), "alarm").orElseThrow().to())
          .isEqualTo(plus.v2);
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    }
  }

  @Test
  void startDoesNotWaitForARegistryThatHangs() {
    TroubledRegistry registry = new TroubledRegistry(plus.registry);
    plus.assign(CHAMPION, plus.v1);
    plus.registry.unassign(CHAMPION, Change.by("eve").because("unused"));
    Deployment.Builder builder = plus.champion().from(registry.view());
    assertThatThrownBy(builder::start)
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("removed by eve");
    builder.registryTimeout(Duration.ofMillis(300));
    CountDownLatch recovered = new CountDownLatch(1);
    for (String method : new String[] {"resolve", "head"}) {
      registry.hang(method, recovered);
      assertThatThrownBy(builder::start)
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("did not answer within 300 ms");
    }
    recovered.countDown();
  }

  @Test
  void rollbackSaysThatEverythingBeforeWasDeleted() {
    plus.assign(CHAMPION, plus.v2);
    try (Deployment deployment = plus.champion().start()) {
      plus.registry.delete(plus.v1, Change.by("ana"));
      assertThatThrownBy(() -> deployment.rollback(deployment.servedBy(), "alarm"))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("cannot go back from plus:2")
          .hasMessageContaining("was deleted, [plus:1")
          .hasMessageContaining("restore one of them");
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    }
  }
}
