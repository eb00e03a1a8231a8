package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.Closing;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.internal.source.FileSource;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;

/** A runtime with the real engine, and a check at its end that nothing was forgotten. */
final class ServingFixture implements AutoCloseable {
  static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");
  static final LoadOptions ABCD =
      LoadOptions.builder()
          .features(FeatureSchema.ofNames("a", "b", "c", "d").withKey("id"))
          .build();

  /** Rows of mlp4 and their answers, from expected.json, where NumPy computed them. */
  static final float[][] X = {
    {1, 2, 3, 4}, {0, 0, 0, 0}, {-1, -2, -3, -4}, {0.5f, -0.5f, 2, 8}, {-1, 4, 0, 0}
  };

  static final float[][] Y = {
    {7.75f, 4.25f}, {0.75f, -0.75f}, {0.25f, -0.25f}, {5.25f, 12.25f}, {13.75f, -4.75f}
  };

  final AtomicLong nanos = new AtomicLong();
  final DefaultModelLoader loader;

  ServingFixture() {
    this(0);
  }

  /** With so many bytes for models that nobody uses. */
  ServingFixture(long keepLoaded) {
    loader =
        new DefaultModelLoader(
            new RuntimeSettings(
                2, 2, null, null, null, keepLoaded, Closing.waits(), false, null, null),
            nanos::get);
  }

  BufferAllocator allocator() {
    return loader.allocator();
  }

  ServingModel load(String model, LoadOptions options) {
    return load(loader, model, options);
  }

  static ServingModel load(DefaultModelLoader loader, String model, LoadOptions options) {
    return loader.load(() -> FileSource.read(MODELS.resolve(model)), model, options);
  }

  ServingModel load(String model) {
    return load(model, LoadOptions.defaults());
  }

  static float[] column(int i) {
    float[] column = new float[X.length];
    for (int row = 0; row < column.length; row++) {
      column[row] = X[row][i];
    }
    return column;
  }

  static float[] flat(float[][] rows) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = rows[i / rows[0].length][i % rows[0].length];
    }
    return flat;
  }

  @Override
  public void close() {
    List<String> forgotten = loader.closeAndReport();
    assertThat(forgotten).isEmpty();
    assertThat(loader.hostBytes()).isZero();
    assertThat(allocator().getAllocatedMemory()).isZero();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.isAlive() && thread.getName().startsWith("mlops4j-"));
  }
}
