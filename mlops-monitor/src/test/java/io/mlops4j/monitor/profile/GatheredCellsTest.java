package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Small batches are gathered before they are counted; the profile must not show it. */
class GatheredCellsTest {
  private static final int ROWS = 4_000;
  private static final long SEED = 5;

  private final BufferAllocator allocator = new RootAllocator();
  private final float[] floats = new float[ROWS];
  private final double[] doubles = new double[ROWS];
  private final int[] whole = new int[ROWS];

  GatheredCellsTest() {
    Random random = new Random(SEED);
    for (int i = 0; i < ROWS; i++) {
      floats[i] = i % 97 == 0 ? Float.NaN : (float) (random.nextGaussian() * Math.pow(10, i % 7));
      doubles[i] = i % 89 == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian();
      whole[i] = random.nextInt(1_000);
    }
  }

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private FeatureBatch rows(int from, int to) {
    return FeatureBatch.builder(allocator)
        .floats("f", Arrays.copyOfRange(floats, from, to))
        .doubles("d", Arrays.copyOfRange(doubles, from, to))
        .ints("i", Arrays.copyOfRange(whole, from, to))
        .build();
  }

  private Profile counted(Profile reference, int... sizes) {
    Profile.Builder counting = reference.counting();
    for (int from = 0, i = 0; from < ROWS; i++) {
      int to = Math.min(ROWS, from + sizes[i % sizes.length]);
      try (FeatureBatch batch = rows(from, to)) {
        counting.add(batch);
      }
      from = to;
      if (i == 3) {
        assertThat(counting.build().rows()).isEqualTo(from); // a look in between changes no count
      }
    }
    return counting.build();
  }

  @Test
  void anyBatchingGivesTheSameBytes() {
    Profile reference;
    try (FeatureBatch first = rows(0, 2_000)) {
      reference = Profile.of(List.of(first));
    }
    byte[] atOnce = counted(reference, ROWS).toBytes();
    int[][] batchings = {{32}, {511}, {512}, {513}, {500, 1_024, 24}, {1, 1_025, 2}};
    for (int[] sizes : batchings) {
      assertThat(counted(reference, sizes).toBytes())
          .as("seed %d, batches of %s", SEED, Arrays.toString(sizes))
          .isEqualTo(atOnce);
    }
  }
}
