package io.mlops4j.bench.stats;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;

/** Finds one of 64 bins for each value. */
final class BinarySearches implements Side {
  private static final int BINS = 64;

  private final BufferAllocator allocator = new RootAllocator();
  private final FeatureBatch batch;
  private final Float4Vector column;
  private final float[] edges = new float[BINS - 1];
  private final long[] counts = new long[BINS];

  BinarySearches(int rows) {
    batch = Values.batches(allocator, rows, 1).get(0);
    column = (Float4Vector) batch.column("x0");
    float[] sorted = new float[rows];
    for (int row = 0; row < rows; row++) {
      sorted[row] = column.get(row);
    }
    Arrays.sort(sorted);
    for (int edge = 0; edge < edges.length; edge++) {
      edges[edge] = sorted[(edge + 1) * rows / BINS];
    }
  }

  @Override
  public float run() {
    int rows = column.getValueCount();
    for (int row = 0; row < rows; row++) {
      int found = Arrays.binarySearch(edges, column.get(row));
      counts[found < 0 ? -1 - found : found]++;
    }
    return counts[0];
  }

  long[] counts() {
    return counts;
  }

  @Override
  public void close() {
    batch.close();
    allocator.close();
  }
}
