package io.mlops4j.bench.serving;

import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.engines.Row32;
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

  private static float[][] floats() {
    float[] all = Mlp32.rows(IN_TURNS);
    float[][] rows = new float[IN_TURNS][];
    for (int i = 0; i < IN_TURNS; i++) {
      rows[i] = Arrays.copyOfRange(all, i * Mlp32.FEATURES, (i + 1) * Mlp32.FEATURES);
    }
    return rows;
  }

  /** Rows that a thread asks in turns. */
  static Row32[] records() {
    return Arrays.stream(floats()).map(Row32::of).toArray(Row32[]::new);
  }

  static Callers ours(String model, LoadOptions options) {
    return new OursRows<>(
        Models.file(model),
        options.toBuilder().features(FeatureSchema.ofNames(Mlp32.names())).build(),
        Row32.class,
        Score.class,
        thread -> records(),
        Score::y);
  }

  /** ONNX Runtime's default options. */
  static Callers raw(String model) throws Exception {
    return raw(model, true);
  }

  /** Without an arena, as small calls of the library run. */
  static Callers rawWithoutArena(String model) throws Exception {
    return raw(model, false);
  }

  private static Callers raw(String model, boolean arena) throws Exception {
    return new RawRows<>(
        Models.file(model),
        new RawRows.Kind<float[]>(
            thread -> floats(),
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
