package io.mlops4j.runtime.feature.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrowFilesNoFlagsTest {
  @Test
  void theJvmHasNoFlags() {
    assertThat(java.nio.Buffer.class.getModule().isOpen("java.nio", getClass().getModule()))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.arrow",
        "plain.arrows",
        "zstd.arrow",
        "lz4.arrow",
        "dictionary.arrow",
        "dictionary.arrows"
      })
  void filesAreReadWithoutFlags(String file) {
    float sum = 0;
    try (RootAllocator memory = new RootAllocator();
        FeatureReader reader = ArrowFiles.open(ArrowFilesTest.resource(file), memory)) {
      for (FeatureBatch batch : reader) {
        for (int i = 0; i < batch.rows(); i++) {
          sum +=
              batch.column("hour").isNull(i)
                  ? 0
                  : ((Number) batch.column("hour").getObject(i)).shortValue();
        }
        try (FeatureBatch kept = batch.retain()) {
          assertThat(kept.rows()).isEqualTo(batch.rows());
        }
      }
    }
    assertThat(sum).isEqualTo(7 + 23 + 0 - 32768);
  }
}
