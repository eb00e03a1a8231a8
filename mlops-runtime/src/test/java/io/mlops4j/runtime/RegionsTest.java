package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mlops4j.error.RegionException;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version whose card names regions is loaded there and nowhere else. */
class RegionsTest {
  private static final Path PLUS = Path.of("src/test/resources/io/mlops4j/runtime/deployment");
  private static final String CHAMPION = "plus@champion";
  private static final Change ANA = Change.by("ana");

  @TempDir private Path folder;
  private ModelRegistry registry;
  private ModelVersion anywhere;
  private ModelVersion pinned;

  @BeforeEach
  void publish() {
    registry =
        FileModelRegistry.open(
            folder,
            RegistryOptions.builder()
                .retention(Retention.withDefaults().withFloor(Duration.ZERO))
                .build());
    anywhere = publish("plus1.onnx", ModelCard.builder("plus"));
    pinned = publish("plus2.onnx", ModelCard.builder("plus").regions("eu-west", "ch"));
  }

  private ModelVersion publish(String file, ModelCard.Builder card) {
    return registry.publish(card.build(), PLUS.resolve(file));
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private static ModelRuntime runtime(String region) {
    return ModelRuntime.builder().strict().region(region).open();
  }

  @Test
  void aVersionThatNamesTheRegionIsLoadedThere() {
    try (ModelRuntime runtime = runtime("ch")) {
      runtime.load(registry, "plus:2").close();
      runtime.load(registry, "plus:1").close();
    }
  }

  @Test
  void elsewhereItIsRefusedWithWhatIsToBeDone() {
    try (ModelRuntime runtime = runtime("us-east")) {
      RegionException refused =
          catchThrowableOfType(RegionException.class, () -> runtime.load(registry, "plus").close());
      assertThat(refused)
          .hasMessage(
              "plus:2: found a version that may be loaded in the regions [ch, eu-west] only, "
                  + "expected one for the region us-east of this runtime; load it there, or "
                  + "publish a card that allows us-east");
      assertThat(refused.regions()).containsExactly("ch", "eu-west");
      assertThat(refused.region()).hasValue("us-east");
      runtime.load(registry, "plus:1").close();
      registry.delete(pinned, ANA); // it is not leased
    }
  }

  @Test
  void aRuntimeThatDoesNotSayWhereItIsRefusesItToo() {
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open()) {
      RegionException refused =
          catchThrowableOfType(
              RegionException.class, () -> runtime.load(registry, "plus:2").close());
      assertThat(refused)
          .hasMessageContaining("ModelRuntime.builder().region(...)")
          .hasMessageContaining("[ch, eu-west]");
      assertThat(refused.region()).isEmpty();
      runtime.load(registry, "plus:1").close();
    }
  }

  @Test
  void aDeploymentGoesOnWithWhatItServes() {
    registry.assign(CHAMPION, anywhere, ANA);
    try (ModelRuntime runtime = runtime("us-east");
        Deployment deployment =
            runtime
                .deployment(CHAMPION)
                .from(registry)
                .shadow("plus@challenger")
                .every(Duration.ofDays(1))
                .start()) {
      registry.assign(CHAMPION, pinned, ANA);
      registry.assign("plus@challenger", pinned, ANA);
      deployment.refresh();
      assertThat(deployment.servedBy().version()).hasValue(anywhere);
      assertThat(deployment.status().refused().orElseThrow().reason()).contains("us-east");
      assertThat(deployment.shadow().orElseThrow().challenger()).isEmpty();
      assertThat(deployment.shadow().orElseThrow().refused()).isPresent();
    }
  }

  @Test
  void aDeploymentOfItDoesNotStartElsewhere() {
    registry.assign(CHAMPION, pinned, ANA);
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open()) {
      assertThatThrownBy(() -> runtime.deployment(CHAMPION).from(registry).start().close())
          .isInstanceOf(RegionException.class);
    }
    try (ModelRuntime runtime = runtime("eu-west");
        Deployment deployment = runtime.deployment(CHAMPION).from(registry).start()) {
      assertThat(deployment.servedBy().version()).hasValue(pinned);
    }
  }

  @Test
  void aRegionIsWrittenAsCardsWriteIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelRuntime.builder().region("EU West"))
        .withMessageContaining("region name: found");
  }
}
