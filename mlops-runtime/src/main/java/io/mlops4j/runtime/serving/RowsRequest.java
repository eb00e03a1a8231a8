package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.RecordBinder;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.call.CallTimes;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A call with records, or several calls with one record each.
 *
 * @param collector collects the records for listeners; null if none needs them
 * @param traces the trace of each record
 */
record RowsRequest<I extends Record>(
    RecordBinder<I> binder,
    @Nullable RowCollector<I> collector,
    List<I> records,
    IntFunction<@Nullable String> traces)
    implements Request {
  @Override
  public @Nullable String traceId(int row) {
    return traces.apply(row);
  }

  @Override
  public int rows() {
    return records.size();
  }

  /** Records are copied into the slot. */
  @Override
  public Hold hold(BufferAllocator allocator) {
    return () -> {};
  }

  @Override
  public void checkEmpty() {
    // The components were checked when the record was bound.
  }

  @Override
  public boolean bind(Slot slot) {
    return binder.bind(slot.engine(), records);
  }

  @Override
  public boolean isSmall() {
    return rows() == 1 && binder.isSmall();
  }

  @Override
  public void report(CallReporter reporter, DefaultPrediction answer, CallTimes times) {
    reporter.answered(this, answer, times);
    if (collector != null && reporter.collects(answer, rows())) {
      collector.add(this, answer, times);
    }
  }
}
