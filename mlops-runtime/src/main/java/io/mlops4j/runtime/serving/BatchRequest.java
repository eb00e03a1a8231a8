package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.runtime.binding.BatchBinder;
import io.mlops4j.runtime.binding.JoinableBatch;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.call.CallTimes;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** A call with a batch. */
record BatchRequest(FeatureBatch batch, BatchBinder binder, int rows, @Nullable String trace)
    implements Request, AutoCloseable {
  BatchRequest(FeatureBatch batch, BatchBinder binder, @Nullable String trace) {
    this(batch, binder, batch.rows(), trace);
  }

  @Override
  public @Nullable String traceId(int row) {
    return trace;
  }

  /** The batch for a run with others; null if it needs a run of its own. */
  @Nullable JoinableBatch joinable() {
    return binder.joinable(batch);
  }

  /**
   * Splits the rows into pieces of at most this size. The caller closes each piece; this request
   * stays with the owner of the batch.
   */
  List<BatchRequest> pieces(int size) {
    List<BatchRequest> pieces = new ArrayList<>();
    try {
      for (int from = 0; from < rows; from += size) {
        pieces.add(new BatchRequest(batch.slice(from, Math.min(size, rows - from)), binder, trace));
      }
      return pieces;
    } catch (RuntimeException e) {
      pieces.forEach(BatchRequest::close);
      throw e;
    }
  }

  @Override
  public Hold hold(BufferAllocator allocator) {
    return BatchLending.lend(batch, allocator)::close;
  }

  @Override
  public void close() {
    batch.close();
  }

  @Override
  public void checkEmpty() {
    binder.checkColumns(batch);
  }

  @Override
  public boolean bind(Slot slot) {
    return slot.inputs().bind(batch);
  }

  @Override
  public void report(CallReporter reporter, DefaultPrediction answer, CallTimes times) {
    reporter.answered(batch, this, answer, times);
  }
}
