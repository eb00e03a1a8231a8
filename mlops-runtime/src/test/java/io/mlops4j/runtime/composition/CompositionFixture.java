package io.mlops4j.runtime.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A runtime with models to combine, and a check at its end that nothing was forgotten. */
final class CompositionFixture implements AutoCloseable {
  private static final Path RESOURCES = Path.of("src/test/resources/io/mlops4j/runtime");

  final ModelRuntime runtime = ModelRuntime.builder().threads(2).strict().open();
  private final List<Model> models = new ArrayList<>();

  static Path file(String name) {
    return RESOURCES.resolve(name + ".onnx");
  }

  /** Loads a model that this fixture closes. */
  Model load(String name, LoadOptions options) {
    Model model = runtime.load(file(name), options);
    models.add(model);
    return model;
  }

  Model load(String name) {
    return load(name, LoadOptions.defaults());
  }

  /** Loads a model with one input that these columns fill. */
  Model load(String name, String... columns) {
    return load(name, LoadOptions.builder().features(FeatureSchema.ofNames(columns)).build());
  }

  /** {@code x -> y = x + number}, which reads x from another column. */
  Model plus(int number, String column) {
    Feature x = Feature.of("x").withColumn(column);
    return load(
        "deployment/plus" + number, LoadOptions.builder().features(FeatureSchema.of(x)).build());
  }

  FeatureBatch.Builder batch() {
    return FeatureBatch.builder(runtime.allocator());
  }

  /** Members stay open until they are closed here. */
  @Override
  public void close() {
    try {
      models.forEach(Model::close);
      assertThat(runtime.hostBytes()).isZero();
      assertThat(runtime.allocator().getAllocatedMemory()).isZero();
    } finally {
      runtime.close(); // an open runtime would fail the tests of other classes
    }
  }
}
