package io.mlops4j.bench.engines;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Random;

/** The model and the rows that every side computes: 32 float features, layers 32-64-32-1. */
final class Mlp32 {
  static final int FEATURES = 32;
  private static final long SEED = 20010101;

  private Mlp32() {}

  static byte[] model() {
    try (InputStream in = Mlp32.class.getResourceAsStream("/io/mlops4j/bench/models/mlp32.onnx")) {
      if (in == null) {
        throw new IllegalStateException("mlp32.onnx is not in this jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same rows for every side, row-major. */
  static float[] rows(int count) {
    Random random = new Random(SEED);
    float[] values = new float[count * FEATURES];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  static float[] column(float[] rows, int feature) {
    float[] column = new float[rows.length / FEATURES];
    for (int row = 0; row < column.length; row++) {
      column[row] = rows[row * FEATURES + feature];
    }
    return column;
  }
}
