package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** This library: a batch of Arrow columns in, a float output copied into an array. */
final class Ours implements Side {
  private final ModelRuntime runtime = Runtimes.oneThread().open();
  private final Model model;
  private final FeatureBatch batch;
  private final String output;
  private final float[] answer;

  /**
   * @param features how columns meet inputs; null when by name
   * @param values how many values the output has
   */
  Ours(
      Path file,
      @Nullable FeatureSchema features,
      Function<BufferAllocator, FeatureBatch> rows,
      String output,
      int values) {
    LoadOptions options = LoadOptions.defaults();
    this.model =
        runtime.load(
            file, features == null ? options : options.toBuilder().features(features).build());
    this.batch = rows.apply(runtime.allocator());
    this.output = output;
    this.answer = new float[values];
  }

  @Override
  public float run() {
    try (Prediction prediction = model.predict(batch)) {
      prediction.floats(output, answer, 0);
    }
    return answer[0];
  }

  /** Of the last run, a value for each row. */
  float[] answer() {
    return answer;
  }

  @Override
  public void close() {
    batch.close();
    model.close();
    runtime.close();
  }
}
