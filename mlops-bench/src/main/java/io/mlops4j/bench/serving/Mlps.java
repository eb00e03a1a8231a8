package io.mlops4j.bench.serving;

import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.engines.Row32;
import io.mlops4j.bench.engines.Runtimes;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.model.FeatureSchema;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/** Models on 32 floats asked with one row at a time. */
final class Mlps {
  private static final int IN_TURNS = 64;

  private Mlps() {}

  /** The model's output. */
  record Score(float y) {}

  private static float[][] floats(int different) {
    float[] all = Mlp32.rows(different);
    float[][] rows = new float[different][];
    for (int i = 0; i < different; i++) {
      rows[i] = Arrays.copyOfRange(all, i * Mlp32.FEATURES, (i + 1) * Mlp32.FEATURES);
    }
    return rows;
  }

  /** Rows that a thread asks in turns. */
  static Row32[] records(int different) {
    return Arrays.stream(floats(different)).map(Row32::of).toArray(Row32[]::new);
  }

  static Callers ours(String model, LoadOptions options) {
    return new OursRows<>(
        Runtimes.builder().open(),
        Models.file(model),
        options.toBuilder().features(FeatureSchema.ofNames(Mlp32.names())).build(),
        Row32.class,
        Score.class,
        thread -> records(IN_TURNS),
        Score::y);
  }

  /** ONNX Runtime's default options. */
  static Callers raw(String model) throws Exception {
    return raw(model, true, IN_TURNS);
  }

  /** Without an arena, as small calls of the library run. */
  static Callers rawWithoutArena(String model) throws Exception {
    return raw(model, false, IN_TURNS);
  }

  /**
   * A loop around ONNX Runtime's Java API.
   *
   * @param arena whether the session has an arena
   * @param different how many rows all threads ask in turns
   */
  static Callers raw(String model, boolean arena, int different) throws Exception {
    float[][] rows = floats(different);
    return new RawRows<>(
        Models.file(model),
        new RawRows.Kind<float[]>(
            thread -> rows,
            row -> 1,
            List.of("x"),
            length -> new long[] {1, Mlp32.FEATURES},
            (row, input, into) -> ((FloatBuffer) into).put(0, row),
            true,
            "y",
            length -> new long[] {1, 1}),
        arena);
  }
}
