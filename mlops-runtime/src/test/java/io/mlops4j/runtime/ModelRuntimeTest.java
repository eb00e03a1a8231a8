package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mlops4j.error.DataException;
import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.Device;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The front door. */
class ModelRuntimeTest {
  private static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");

  @TempDir Path folder;

  private static FeatureBatch row(ModelRuntime runtime) {
    return FeatureBatch.builder(runtime.allocator())
        .floats("a", 1)
        .floats("b", 2)
        .floats("c", 3)
        .floats("d", 4)
        .build();
  }

  @Test
  void fileIsNamedByItsNameAndSaysWhatItIs() {
    try (ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open();
        Model model = runtime.load(MODELS.resolve("mlp4.onnx"))) {
      assertThat(model.servedBy().model()).isEqualTo("mlp4");
      assertThat(model.servedBy().engine()).isEqualTo("onnxruntime");
      assertThat(model.servedBy().version()).isEmpty();
      assertThat(model.signature()).hasToString("(x: float32[N, 4]) -> (y: float32[N, 2])");
      assertThat(model.features().features()).hasSize(1);
      assertThat(model.placement().devices()).containsExactly("cpu");
    }
  }

  @Test
  void devicesThatNoEngineKnowsAreRefusedHoweverManyFollow() {
    try (ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open()) {
      LoadOptions mistyped = LoadOptions.builder().device("gpu", "cpu").build();
      assertThatThrownBy(() -> runtime.load(MODELS.resolve("mlp4.onnx"), mistyped))
          .isInstanceOf(EngineUnavailableException.class)
          .hasMessage(
              "device gpu: found no engine that knows it, expected one of [coreml, cpu, cuda,"
                  + " directml, openvino, rocm, tensorrt, xnnpack]");
    }
  }

  @Test
  void aSavedModelNamesTheArtifactThatRunsIt(@TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve("saved_model.pb"));
    try (ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open()) {
      assertThatThrownBy(() -> runtime.load(folder))
          .isInstanceOf(EngineUnavailableException.class)
          .hasMessage(
              "engine: found [onnxruntime for [onnx]], expected one for tensorflow-savedmodel; add"
                  + " io.mlops4j:mlops-tensorflow");
    }
  }

  /** Each listener ends when both runs have got as far. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void waitingCallsUseAllProcessorsThoughARunUsesOneThread(boolean asynchronous) throws Exception {
    assumeThat(Runtime.getRuntime().availableProcessors()).as("processors").isGreaterThan(1);
    CyclicBarrier both = new CyclicBarrier(2);
    List<Exception> alone = new CopyOnWriteArrayList<>();
    LoadOptions options =
        LoadOptions.builder()
            .features(FeatureSchema.ofNames("a", "b", "c", "d"))
            .microBatching(MicroBatching.upTo(8).withoutMeasuring())
            .listener(
                event -> {
                  try {
                    both.await(30, TimeUnit.SECONDS);
                  } catch (Exception e) {
                    alone.add(e);
                  }
                })
            .build();
    try (ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open();
        Model one = runtime.load(MODELS.resolve("mlp4.onnx"), options);
        Model other = runtime.load(MODELS.resolve("mlp4.onnx"), options)) {
      Consumer<Model> ask =
          asked -> {
            try (FeatureBatch row = row(runtime)) {
              if (asynchronous) {
                asked.predictAsync(row, CallOptions.withDefaults(), Prediction::rows).join();
              } else {
                asked.predict(row).close();
              }
            }
          };
      CompletableFuture<Void> meanwhile = CompletableFuture.runAsync(() -> ask.accept(other));
      ask.accept(one);
      meanwhile.get(1, TimeUnit.MINUTES);
    }
    assertThat(alone).isEmpty();
  }

  @Test
  void placementTellsNodesAndWhatWasMissing() {
    LoadOptions options =
        LoadOptions.builder().device(Device.openvino(), Device.cpu()).profiled().build();
    try (ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open();
        Model model = runtime.load(MODELS.resolve("folded.onnx"), options)) {
      // One addition is left, see models/README.md.
      assertThat(model.placement().nodesByDevice()).isEqualTo(Map.of("cpu", 1));
      assertThat(model.placement().missing()).containsOnlyKeys("openvino");
    }
  }

  @Test
  void registeredModelBringsTheColumnsOfItsCardAndItsAlias() {
    try (ModelRegistry registry = FileModelRegistry.open(folder.resolve("registry"));
        ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open()) {
      ModelVersion version =
          registry.publish(
              ModelCard.builder("mlp")
                  .owner("tests")
                  .licence("Apache-2.0")
                  .intendedUse("tests")
                  .features(FeatureSchema.ofNames("a", "b", "c", "d"))
                  .build(),
              MODELS.resolve("mlp4.onnx"));
      AliasRecord alias =
          registry.assign("mlp@champion", version, Change.by("ana").because("first"));
      try (Model byAlias = runtime.load(registry, "mlp@champion");
          Model byNumber = runtime.load(registry, "mlp:1");
          FeatureBatch batch = row(runtime);
          Prediction prediction = byAlias.predict(batch)) {
        assertThat(prediction.floats("y")).containsExactly(7.75f, 4.25f); // expected.json
        assertThat(prediction.servedBy().version()).contains(version);
        assertThat(prediction.servedBy().alias()).contains(alias);
        assertThat(byNumber.servedBy().alias()).isEmpty();
      }
    }
  }

  @Test
  void goldenRowsThatTheModelDoesNotTakeAreNotPublished() {
    GoldenRows rows = GoldenRows.within(1e-6).withInput("a", 1f).withInput("b", 2f);
    GoldenRows all = rows.withInput("c", 3f).withInput("d", 4f);
    ModelCard.Builder card =
        ModelCard.builder("mlp").features(FeatureSchema.ofNames("a", "b", "c", "d"));
    try (ModelRegistry registry = FileModelRegistry.open(folder.resolve("registry"));
        ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open()) {
      Path model = MODELS.resolve("mlp4.onnx");
      ModelCard wrongOutput = card.goldenRows(all.withOutput("yy", 1f)).build();
      assertThatThrownBy(() -> runtime.publish(registry, wrongOutput, model))
          .isInstanceOf(ModelLoadException.class)
          .hasMessage("card of mlp: golden rows: found the output yy, expected one of [y]");
      ModelCard fewColumns = card.goldenRows(rows.withOutput("y", 1f)).build();
      assertThatThrownBy(() -> runtime.publish(registry, fewColumns, model))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageStartingWith("card of mlp: the model does not take its golden rows: ")
          .hasMessageContaining("c");
      assertThat(registry.models()).isEmpty();
      ModelCard wrongAnswer = card.goldenRows(all.withOutput("y", 1f)).build(); // never serves
      assertThat(runtime.publish(registry, wrongAnswer, model).number()).isEqualTo(1);
    }
  }

  @Test
  void filesThatAreNoModelAreRefusedAndTheRuntimeGoesOn() throws IOException {
    byte[] whole = Files.readAllBytes(MODELS.resolve("mlp4.onnx"));
    Path empty = Files.createFile(folder.resolve("empty.onnx"));
    Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, whole.length / 2));
    Path text = Files.writeString(folder.resolve("text.onnx"), "this is no model");
    try (ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open()) {
      for (Path bad : new Path[] {folder.resolve("missing.onnx"), empty, cut, text}) {
        assertThatThrownBy(() -> runtime.load(bad))
            .isInstanceOf(ModelLoadException.class)
            .hasMessageContaining(bad.getFileName().toString());
      }
      try (Model good = runtime.load(MODELS.resolve("mlp4.onnx"))) {
        assertThat(good.signature().inputs()).hasSize(1);
      }
      assertThatThrownBy(() -> runtime.read(folder.resolve("missing.arrow")))
          .isInstanceOf(DataException.class);
    }
  }

  @Test
  void unknownEngineIsNamedWithThoseThatAreThere() {
    try (ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open()) {
      assertThatThrownBy(
              () ->
                  runtime.load(
                      MODELS.resolve("mlp4.onnx"), LoadOptions.builder().engine("other").build()))
          .isInstanceOf(EngineUnavailableException.class)
          .hasMessageContaining("\"other\"")
          .hasMessageContaining("onnxruntime for [onnx]");
    }
  }

  @Test
  void strictRuntimeThrowsWhenSomethingWasForgotten() {
    ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open();
    FeatureBatch batch = row(runtime);
    Model model = runtime.load(MODELS.resolve("mlp4.onnx"));
    assertThatThrownBy(runtime::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the model mlp4")
        .hasMessageContaining("bytes of Arrow memory");
    assertThat(batch.rows()).isEqualTo(1);
    batch.close();
    model.close();
    runtime.close();
    assertThat(runtime.hostBytes()).isZero();
    assertThatThrownBy(() -> runtime.load(MODELS.resolve("mlp4.onnx")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void withoutStrictnessForgottenMemoryStaysReadable() {
    ModelRuntime runtime = ModelRuntime.builder().threads(1).open();
    FeatureBatch batch = row(runtime);
    runtime.close();
    assertThat(batch.rows()).isEqualTo(1);
    batch.close();
  }

  @Test
  void threadsAreAtLeastOne() {
    assertThatThrownBy(() -> ModelRuntime.builder().threads(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads: found 0");
  }

  @Test
  void loadInAnInterruptedThreadSaysSoAndKeepsTheInterrupt() {
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> runtime.load(MODELS.resolve("mlp4.onnx")))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("the thread was interrupted while it read the model");
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
