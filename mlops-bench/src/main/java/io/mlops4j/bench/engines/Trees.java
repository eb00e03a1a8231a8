package io.mlops4j.bench.engines;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ensembles of trees. Each call has other rows, because a processor learns the paths of rows that
 * repeat, and then ONNX Runtime is several times as fast as with rows of an application.
 */
final class Trees {
  /** All batches together have at least so many rows, and there are at least so many batches. */
  private static final int ROWS = 512;

  private static final int BATCHES = 8;

  private Trees() {}

  static List<Comparison> comparisons() {
    return List.of(
        comparison("trees100", "100 trees of depth 4", 1, 0.30),
        comparison("trees100", "100 trees of depth 4", 32, 0.60),
        comparison("trees100", "100 trees of depth 4", 1024, 0.30),
        comparison("forest50", "50 trees of depth 8", 1024, 0.25));
  }

  private static Comparison comparison(String model, String trees, int rows, double goal) {
    return new Comparison(
        "engines." + model + ".rows" + rows + ".ort",
        (rows == 1 ? "a record of 32 floats" : rows + " x 32 Arrow float columns")
            + ", other rows in each call, "
            + trees,
        EnginesTopic.BEST,
        goal,
        EnginesTopic.FEW_BYTES,
        () -> rows == 1 ? new OursRecord(file(model), rows(1)) : new Ours(file(model), rows),
        () -> new Raw(file(model), rows));
  }

  private static Path file(String model) {
    return model.equals("forest50") ? Forest.file(50, 8) : Models.file(model);
  }

  static int batches(int rows) {
    return Math.max(BATCHES, ROWS / rows);
  }

  /** The rows of each batch. */
  private static List<float[]> rows(int rows) {
    int size = rows * Mlp32.FEATURES;
    float[] all = Mlp32.rows(rows * batches(rows));
    List<float[]> batches = new ArrayList<>();
    for (int from = 0; from < all.length; from += size) {
      batches.add(Arrays.copyOfRange(all, from, from + size));
    }
    return batches;
  }

  /** This library. */
  static final class Ours implements Side {
    private final ModelRuntime runtime = Runtimes.oneThread().open();
    private final Model model;
    private final FeatureBatch[] batches;
    private final float[] answer;
    private int next;

    Ours(Path file, int rows) {
      model =
          runtime.load(
              file, LoadOptions.builder().features(FeatureSchema.ofNames(Mlp32.names())).build());
      batches = new FeatureBatch[batches(rows)];
      try (FeatureBatch all = Mlp32.columns(rows * batches.length, runtime.allocator())) {
        for (int i = 0; i < batches.length; i++) {
          batches[i] = all.slice(i * rows, rows);
        }
      }
      answer = new float[rows];
    }

    @Override
    public float run() {
      try (Prediction prediction = model.predict(batches[next])) {
        prediction.floats("y", answer, 0);
      }
      next = next + 1 == batches.length ? 0 : next + 1;
      return answer[0];
    }

    float[] answer() {
      return answer;
    }

    @Override
    public void close() {
      for (FeatureBatch batch : batches) {
        batch.close();
      }
      model.close();
      runtime.close();
    }
  }

  /** As {@link RawBest}, with a tensor for each batch. */
  static final class Raw implements Side {
    private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    private final OrtSession.RunOptions runOptions = new OrtSession.RunOptions();
    private final OrtSession session;
    private final List<Map<String, OnnxTensor>> inputs = new ArrayList<>();
    private final Map<String, OnnxTensor> outputs;
    private final FloatBuffer output;
    private final float[] answer;
    private int next;

    Raw(Path file, int rows) throws OrtException {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      options.setIntraOpNumThreads(1);
      session = environment.createSession(file.toString(), options);
      for (float[] values : rows(rows)) {
        RawBest.Input input = RawBest.floats(values, rows, Mlp32.FEATURES);
        inputs.add(Map.of("x", input.tensor(environment)));
      }
      answer = new float[rows];
      output = RawBest.direct(answer.length * Float.BYTES).asFloatBuffer();
      outputs = Map.of("y", OnnxTensor.createTensor(environment, output, new long[] {rows, 1}));
    }

    @Override
    public float run() throws OrtException {
      session.run(inputs.get(next), Set.of(), outputs, runOptions).close();
      output.get(0, answer);
      next = next + 1 == inputs.size() ? 0 : next + 1;
      return answer[0];
    }

    float[] answer() {
      return answer;
    }

    @Override
    public void close() throws IOException {
      outputs.values().forEach(OnnxTensor::close);
      inputs.forEach(input -> input.values().forEach(OnnxTensor::close));
      runOptions.close();
      RawBest.close(session, options);
    }
  }
}
