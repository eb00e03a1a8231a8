package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedOnceLoadedTest {
  private static final Path PLUS =
      Path.of("src/test/resources/io/mlops4j/runtime/deployment/plus1.onnx");

  @TempDir private Path folder;

  private static TensorSpec tensor(String name) {
    return new TensorSpec(name, ElementType.FLOAT32, List.of(TensorSpec.Dim.any()), false);
  }

  @Test
  void whatCannotBeLoadedIsNotPublished() throws IOException {
    byte[] bytes = Files.readAllBytes(PLUS);
    Path cut = folder.resolve("cut.onnx");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 10));
    ModelCard plain = ModelCard.builder("plus").build();
    ModelCard wrongSignature =
        ModelCard.builder("plus")
            .signature(new ModelSignature(List.of(tensor("x")), List.of(tensor("score"))))
            .build();
    ModelCard wrongFeatures =
        ModelCard.builder("plus").features(FeatureSchema.ofNames("a", "b", "c")).build();
    PublishOptions options = PublishOptions.defaults();
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open();
        ModelRegistry registry = FileModelRegistry.open(folder.resolve("registry"))) {
      assertThatThrownBy(() -> runtime.publish(registry, plain, cut, options))
          .isInstanceOf(ModelLoadException.class);
      assertThatThrownBy(() -> runtime.publish(registry, wrongSignature, PLUS, options))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("card of plus: found no output score");
      assertThatThrownBy(() -> runtime.publish(registry, wrongFeatures, PLUS, options))
          .isInstanceOf(ModelLoadException.class);
      assertThat(registry.models()).isEmpty();

      ModelVersion version = runtime.publish(registry, plain, PLUS, options);
      assertThat(registry.resolve("plus")).isEqualTo(version);
    }
  }
}
