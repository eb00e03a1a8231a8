package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.card;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.ProtectionStatus;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The version that served before stays loaded. */
class WarmPreviousTest {
  /** Only an alias that points to a version now, and leases, protect it. */
  private static final RegistryOptions LAX =
      RegistryOptions.builder()
          .retention(
              Retention.withDefaults()
                  .withFloor(Duration.ZERO)
                  .withGrace(Duration.ZERO)
                  .withNewest(1))
          .build();

  @TempDir private Path folder;
  private DeploymentFixture plus;
  private ModelRegistry other;
  private TroubledRegistry counted;

  @BeforeEach
  void publish() {
    plus = new DeploymentFixture(FileModelRegistry.open(folder.resolve("registry"), LAX));
    other = FileModelRegistry.open(folder.resolve("registry"), LAX);
    counted = new TroubledRegistry(plus.registry);
    plus.assign(CHAMPION, plus.v1);
  }

  @AfterEach
  void nothingIsLeft() {
    other.close();
    plus.close();
  }

  private Deployment.Builder builder() {
    return plus.champion().from(counted.view());
  }

  private void swap(Deployment deployment, ModelVersion version) {
    plus.assign(CHAMPION, version);
    assertThat(deployment.refresh().serving().version()).contains(version);
  }

  private static ProtectionStatus.Previous previous(Deployment deployment) {
    return deployment.status().protection().previous().orElseThrow();
  }

  private List<ModelVersion> open() {
    return plus.loader.figures().models().stream()
        .map(ModelFigures::servedBy)
        .map(by -> by.version().orElseThrow())
        .toList();
  }

  private List<ModelVersion> standby() {
    return plus.loader.figures().models().stream()
        .filter(ModelFigures::isStandby)
        .map(model -> model.servedBy().version().orElseThrow())
        .toList();
  }

  private void awaitOpen(ModelVersion... versions) {
    await(() -> List.copyOf(open()).size() == versions.length);
    assertThat(open()).containsExactlyInAnyOrder(versions);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("30 s are over").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void aRollbackReadsAndLoadsNothing() {
    try (Deployment deployment = builder().keepPrevious().start()) {
      assertThat(deployment.status().protection().previous()).isEmpty();
      swap(deployment, plus.v2);
      assertThat(previous(deployment).version().version()).contains(plus.v1);
      assertThat(previous(deployment).nativeBytes()).isPositive();
      assertThat(previous(deployment).unfit()).isEmpty();
      assertThat(standby()).containsExactly(plus.v1);
      int reads = counted.calls("source");
      int leases = counted.calls("lease");
      assertThat(reads).isEqualTo(2);
      for (int i = 0; i < 3; i++) {
        assertThat(deployment.rollback(deployment.servedBy(), "complaints")).isPresent();
        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
        assertThat(previous(deployment).version().version()).contains(plus.v2);
        await(() -> standby().equals(List.of(plus.v2)));
        swap(deployment, plus.v2); // forward is warm, too
        assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      }
      assertThat(counted.calls("source")).isEqualTo(reads);
      assertThat(counted.calls("lease")).isEqualTo(leases);
      awaitOpen(plus.v1, plus.v2);
    }
    awaitOpen();
  }

  @Test
  void withoutTheOptionNothingIsKept() {
    try (Deployment deployment = builder().start()) {
      swap(deployment, plus.v2);
      assertThat(deployment.status().protection().previous()).isEmpty();
      awaitOpen(plus.v2);
      assertThat(deployment.rollback(deployment.servedBy(), "complaints")).isPresent();
      assertThat(counted.calls("source")).isEqualTo(3);
    }
  }

  @Test
  void oneVersionIsKeptAndLeasedUntilTheNextSwap() {
    try (Deployment deployment = builder().keepPrevious().start()) {
      swap(deployment, plus.v2);
      assertThatThrownBy(() -> other.delete(plus.v1, Change.by("bob")))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("leased by service, which serves plus@champion");
      swap(deployment, plus.v2); // a new record of the same version
      assertThat(previous(deployment).version().version()).contains(plus.v1);
      swap(deployment, plus.v3);
      assertThat(previous(deployment).version().version()).contains(plus.v2);
      awaitOpen(plus.v2, plus.v3);
      await(() -> other.collectable().deleted().contains(plus.v1));
      assertThat(other.collectable().deleted()).doesNotContain(plus.v2);
      plus.registry.delete(plus.v1, Change.by("bob"));
    }
    assertThat(other.collectable().deleted()).contains(plus.v2);
  }

  @Test
  void theWarmVersionIsTestedAgain() {
    ModelVersion picky = plus.publish("picky4", card().build());
    plus.assign(CHAMPION, picky);
    try (Deployment deployment = builder().keepPrevious().start()) {
      swap(deployment, plus.v2);
      assertThat(plus.ask(deployment, -1)).isEqualTo(1); // a row on which the first version fails
      assertThat(deployment.rollback(deployment.servedBy(), "complaints")).isPresent();
      DeploymentStatus status = deployment.status();
      assertThat(status.serving().version()).contains(plus.v2);
      assertThat(status.refused().orElseThrow().verdict())
          .isEqualTo(DeploymentStatus.Verdict.ANSWERS);
      assertThat(counted.calls("source")).isEqualTo(2);
      assertThat(previous(deployment).version().version()).contains(picky);
      awaitOpen(plus.v2, picky);
    }
  }

  @Test
  void aVersionThatLacksAnOutputIsNoFallback() {
    ModelVersion more = plus.publish("more", card().build());
    try (Deployment deployment = builder().fallbackToPrevious().start()) {
      swap(deployment, more);
      assertThat(previous(deployment).version().version()).contains(plus.v1);
      assertThat(previous(deployment).unfit().orElseThrow()).contains("no output z");
    }
  }

  @Test
  void theVersionThatAnswersInPlaceOfAnotherCannotCloseItself() {
    ModelVersion picky = plus.publish("picky4", card().build());
    AtomicReference<Deployment> served = new AtomicReference<>();
    AtomicReference<Throwable> found = new AtomicReference<>();
    try (Deployment deployment =
            builder()
                .fallbackToPrevious()
                .fallbackTo(Map.of("y", 0))
                .listener(
                    (InferenceEvent event) -> {
                      if (event.route() == Route.FALLBACK) {
                        try {
                          served.get().close();
                        } catch (IllegalStateException e) {
                          found.set(e);
                        }
                      }
                    })
                .start();
        FeatureBatch bad = FeatureBatch.builder(plus.loader.allocator()).floats("x", -1f).build()) {
      served.set(deployment);
      swap(deployment, picky);
      try (Prediction answer = deployment.predict(bad)) {
        assertThat(answer.servedBy().version()).contains(plus.v1);
      }
      assertThat(found.getAndSet(null)).hasMessageContaining("would wait for itself");
      swap(deployment, plus.publish("picky5", card().build()));
      try (Prediction answer = deployment.predict(bad)) { // both versions fail
        assertThat(answer.servedBy().engine()).isEqualTo("default");
      }
      assertThat(found.get()).hasMessageContaining("would wait for itself");
    }
  }

  @Test
  void aClosedDeploymentAnswersNothing() {
    ModelVersion picky = plus.publish("picky4", card().build());
    Deployment deployment = builder().fallbackToPrevious().fallbackTo(Map.of("y", 0)).start();
    swap(deployment, picky);
    deployment.close();
    try (FeatureBatch good =
        FeatureBatch.builder(plus.loader.allocator()).floats("x", 1f).build()) {
      assertThatIllegalStateException().isThrownBy(() -> deployment.predict(good));
    }
    ServedBy last = deployment.servedBy();
    assertThat(last.version()).contains(picky);
    assertThat(deployment.status().protection().previous()).isPresent();
  }
}
