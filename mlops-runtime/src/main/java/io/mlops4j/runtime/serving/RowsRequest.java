package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.RecordBinder;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/** A call with records. */
record RowsRequest<I extends Record>(
    RecordBinder<I> binder, RowCollector<I> collector, List<I> records) implements Request {
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
  public void report(CallReporter reporter, DefaultPrediction answer, CallTimes times) {
    reporter.answered(answer, times);
    if (reporter.needsRows()) {
      collector.add(records, answer, times);
    }
  }
}
