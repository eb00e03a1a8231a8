package io.mlops4j.monitor.performance.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;

class LabelColumnsTest {
  @Test
  void largeUnsignedKeysAreDecimalText() {
    try (RootAllocator allocator = new RootAllocator();
        UInt8Vector keys = new UInt8Vector("key", allocator);
        VectorSchemaRoot root = VectorSchemaRoot.of(keys);
        FeatureBatch batch = FeatureBatch.of(root)) {
      keys.setSafe(0, -1L);
      root.setRowCount(1);
      assertThat(LabelColumns.key(batch, keys, 0)).isEqualTo("18446744073709551615");
    }
  }
}
