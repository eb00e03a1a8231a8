package io.mlops4j.bench.stats;

import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;

/** Batches of normal values, the same for both sides. */
final class Values {
  static final int BATCH = 65_536;

  private Values() {}

  static List<FeatureBatch> batches(BufferAllocator allocator, int rows, int columns) {
    List<FeatureBatch> batches = new ArrayList<>();
    Random random = new Random(1);
    for (int from = 0; from < rows; from += BATCH) {
      FeatureBatch.Builder builder = FeatureBatch.builder(allocator);
      for (int column = 0; column < columns; column++) {
        builder.floats("x" + column, floats(random, Math.min(BATCH, rows - from)));
      }
      batches.add(builder.build());
    }
    return batches;
  }

  private static float[] floats(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
