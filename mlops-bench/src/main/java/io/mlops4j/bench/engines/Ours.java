package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This library with 32 Arrow columns, gathered for every call. */
final class Ours implements Side {
  private final Path file;
  private final ModelRuntime runtime;
  private final Model model;
  private final FeatureBatch batch;
  private final float[] answer;

  Ours(int rows) throws IOException {
    file = Files.createTempFile("mlp32", ".onnx");
    Files.write(file, Mlp32.model());
    runtime = ModelRuntime.builder().threads(1).open();
    String[] names = new String[Mlp32.FEATURES];
    FeatureBatch.Builder columns = FeatureBatch.builder(runtime.allocator());
    float[] values = Mlp32.rows(rows);
    for (int i = 0; i < names.length; i++) {
      names[i] = "f" + i;
      columns.floats(names[i], Mlp32.column(values, i));
    }
    batch = columns.build();
    model = runtime.load(file, LoadOptions.withDefaults().features(FeatureSchema.ofNames(names)));
    answer = new float[rows];
  }

  @Override
  public float run() {
    try (Prediction prediction = model.predict(batch)) {
      prediction.floats("y", answer, 0);
    }
    return answer[0];
  }

  @Override
  public void close() throws IOException {
    batch.close();
    model.close();
    runtime.close();
    Files.delete(file);
  }
}
