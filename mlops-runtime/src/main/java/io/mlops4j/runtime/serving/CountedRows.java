package io.mlops4j.runtime.serving;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.RowModel;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Counts the calls of a model that is bound to a pair of record classes. */
final class CountedRows<I extends Record, O extends Record> implements RowModel<I, O> {
  private final ModelCalls calls;
  private final BoundRows<I, O> rows;

  CountedRows(ModelCalls calls, BoundRows<I, O> rows) {
    this.calls = calls;
    this.rows = rows;
  }

  @Override
  public O predict(I row) {
    return predict(row, CallOptions.withDefaults());
  }

  @Override
  public O predict(I row, CallOptions options) {
    calls.enter();
    try {
      return rows.predict(row, options);
    } finally {
      calls.leave();
    }
  }

  @Override
  public List<O> predict(List<I> records) {
    calls.enter();
    try {
      return rows.predict(records);
    } finally {
      calls.leave();
    }
  }

  @Override
  public CompletableFuture<O> predictAsync(I row, CallOptions options) {
    return calls.enterAsync(() -> rows.predictAsync(row, options));
  }
}
