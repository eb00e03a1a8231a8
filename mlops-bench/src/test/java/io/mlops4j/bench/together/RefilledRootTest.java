package io.mlops4j.bench.together;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.Window;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A caller that has one Arrow root and fills the same memory again right after each call. */
class RefilledRootTest {
  private static final int ROWS = 500;
  private static final int CALLS = 20;
  private static final String[] FEATURES =
      IntStream.range(0, 32).mapToObj(i -> "f" + i).toArray(String[]::new);

  private final Random random = new Random(5);

  @Test
  void theMonitorSeesWhatWasAskedAndNotWhatCameAfter(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("mlp32.onnx");
    try (InputStream in = getClass().getResourceAsStream("/io/mlops4j/bench/models/mlp32.onnx")) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    List<FeatureBatch> asked = new ArrayList<>();
    List<WindowReport> windows = new ArrayList<>();
    try (BufferAllocator callers = new RootAllocator();
        VectorSchemaRoot root = root(callers)) {
      fill(root, 1);
      Profile reference = Profile.of(List.of(FeatureBatch.of(root)));
      try (ModelRuntime runtime = ModelRuntime.builder().strict().open();
          ModelMonitor monitor =
              ModelMonitor.builder(reference)
                  .everyRow()
                  .window(Window.ofRows(ROWS * CALLS))
                  .start();
          Model model =
              runtime.load(
                  file,
                  LoadOptions.builder()
                      .features(FeatureSchema.ofNames(FEATURES))
                      .listener(monitor)
                      .build())) {
        monitor.onWindow(windows::add);
        for (int call = 0; call < CALLS; call++) {
          fill(root, 1);
          asked.add(FeatureBatch.of(root).retain());
          try (Prediction prediction = model.predict(FeatureBatch.of(root))) {
            fill(root, 1e6f);
            assertThat(prediction.floats("y")).hasSize(ROWS).doesNotContain(Float.NaN);
          }
        }
        monitor.flush();
        assertThat(monitor.counts().failures()).isZero();
      }
      assertThat(windows).hasSize(1);
      assertThat(windows.get(0).profile().toBytes()).isEqualTo(reference.profile(asked).toBytes());
      asked.forEach(FeatureBatch::close);
    }
  }

  private static VectorSchemaRoot root(BufferAllocator allocator) {
    return new VectorSchemaRoot(
        IntStream.range(0, FEATURES.length)
            .mapToObj(i -> new Float4Vector(FEATURES[i], allocator))
            .map(FieldVector.class::cast)
            .toList());
  }

  private void fill(VectorSchemaRoot root, float scale) {
    root.getFieldVectors()
        .forEach(
            column -> {
              Float4Vector floats = (Float4Vector) column;
              if (floats.getValueCapacity() < ROWS) {
                floats.allocateNew(ROWS);
              }
              for (int row = 0; row < ROWS; row++) {
                floats.set(row, scale * (float) random.nextGaussian());
              }
            });
    root.setRowCount(ROWS);
  }
}
