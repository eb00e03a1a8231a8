package io.mlops4j.runtime.serving.answer;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.runtime.binding.output.Outputs;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The outputs of a call for its listeners, created for the first listener that needs them. Not
 * thread safe.
 */
public final class LazyOutputs implements AutoCloseable {
  private final Outputs outputs;
  private final BufferAllocator allocator;
  private DefaultPrediction.@Nullable OutputView view;

  /**
   * Creates nothing yet.
   *
   * @param outputs stay with the call
   * @param allocator allocates the views
   */
  public LazyOutputs(Outputs outputs, BufferAllocator allocator) {
    this.outputs = outputs;
    this.allocator = allocator;
  }

  /** {@return a batch, which its listener may close} */
  public FeatureBatch lend() {
    if (view == null) {
      view = DefaultPrediction.OutputView.of(outputs, allocator);
    }
    return BatchLending.lend(view.batch(), allocator);
  }

  @Override
  public void close() {
    if (view != null) {
      view.close();
    }
  }
}
