package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.binding.BatchBinder;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class JointJobTest {
  /** A caller that closes its batch too early must not cost the memory of others. */
  @Test
  void nothingStaysHeldWhenABatchIsClosed() {
    BatchBinder binder =
        BatchBinder.compile(new ModelSignature(List.of(), List.of()), FeatureSchema.ofNames());
    try (BufferAllocator allocator = new RootAllocator()) {
      FeatureBatch open = FeatureBatch.builder(allocator).floats("x", 1).build();
      FeatureBatch closed = FeatureBatch.builder(allocator).floats("x", 2).build();
      List<BatchRequest> requests =
          List.of(new BatchRequest(open, binder, null), new BatchRequest(closed, binder, null));
      closed.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> new JointJob(List.of(), requests).hold(allocator));
      open.close();
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }
}
