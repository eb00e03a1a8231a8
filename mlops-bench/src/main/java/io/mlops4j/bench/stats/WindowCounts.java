package io.mlops4j.bench.stats;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Counts one batch after the other in the bins of a reference, as a monitor does. */
final class WindowCounts implements Side {
  private final BufferAllocator allocator = new RootAllocator();
  private final FeatureBatch batch;
  private final Profile.Builder window;

  WindowCounts(int rows) {
    batch = Values.batches(allocator, rows, 1).get(0);
    window = Profile.of(List.of(batch)).counting();
  }

  @Override
  public float run() {
    window.add(batch);
    return 0;
  }

  @Override
  public void close() {
    batch.close();
    allocator.close();
  }
}
