package io.mlops4j.bench.docs;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.GoldenRows;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** The inputs of golden rows as a batch: texts and float32 columns. */
final class GoldenBatch {
  private GoldenBatch() {}

  static FeatureBatch of(BufferAllocator allocator, GoldenRows golden) {
    FeatureBatch.Builder rows = FeatureBatch.builder(allocator);
    for (Map.Entry<String, List<@Nullable Object>> column : golden.inputs().entrySet()) {
      if (column.getValue().get(0) instanceof String) {
        rows.strings(column.getKey(), column.getValue().toArray(String[]::new));
      } else {
        float[] values = new float[golden.rows()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (Float) Objects.requireNonNull(column.getValue().get(i));
        }
        rows.floats(column.getKey(), values);
      }
    }
    return rows.build();
  }
}
