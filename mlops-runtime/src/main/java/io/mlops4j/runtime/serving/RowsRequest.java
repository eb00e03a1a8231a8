package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.RecordBinder;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/** A call with records. */
final class RowsRequest<I extends Record> implements Request {
  private final RecordBinder<I> binder;
  private final RowCollector<I> collector;
  private final List<I> rows;

  RowsRequest(RecordBinder<I> binder, RowCollector<I> collector, List<I> rows) {
    this.binder = binder;
    this.collector = collector;
    this.rows = rows;
  }

  @Override
  public int rows() {
    return rows.size();
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
    return binder.bind(slot.engine(), rows);
  }

  @Override
  public void report(CallReporter reporter, DefaultPrediction answer, CallTimes times) {
    reporter.answered(answer, times);
    if (reporter.needsRows()) {
      collector.add(rows, answer, times);
    }
  }
}
