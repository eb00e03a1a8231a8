package io.mlops4j.runtime.serving;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.serving.batching.RowBatcher;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A model bound to a pair of record classes, whose waiting records share runs. */
final class BatchedRows<I extends Record, O extends Record> implements RowModel<I, O> {
  private final ModelCalls calls;
  private final BoundRows<I, O> direct;
  private final RowBatcher<I, O> batcher;

  BatchedRows(ModelCalls calls, BoundRows<I, O> direct, RowBatcher<I, O> batcher) {
    this.calls = calls;
    this.direct = direct;
    this.batcher = batcher;
  }

  @Override
  public O predict(I row) {
    return predict(row, CallOptions.withDefaults());
  }

  @Override
  public O predict(I row, CallOptions options) {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(options, "options");
    if (calls.isCalledFromWithin()) {
      return direct.predict(row, options);
    }
    calls.enter();
    try {
      calls.admit(1, ModelCalls.deadline(options));
      return batcher.ask(row, ModelCalls.deadline(options));
    } finally {
      calls.leave();
    }
  }

  @Override
  public List<O> predict(List<I> rows) {
    return direct.predict(rows);
  }

  @Override
  public CompletableFuture<O> predictAsync(I row, CallOptions options) {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(options, "options");
    if (calls.isCalledFromWithin()) {
      return direct.predictAsync(row, options);
    }
    AsyncCall<O> future = new AsyncCall<>();
    try {
      calls.enter();
    } catch (IllegalStateException closed) {
      return CompletableFuture.failedFuture(closed);
    }
    try {
      calls.admit(1, ModelCalls.deadline(options));
      return future.cancelledBy(
          batcher.askAsync(
              row,
              ModelCalls.deadline(options),
              (answer, error, company) -> ended(future, answer, error, company)));
    } catch (RuntimeException | Error e) {
      calls.leave();
      return CompletableFuture.failedFuture(e);
    }
  }

  /** What depends on one answer must not delay the other calls of its run. */
  private void ended(
      AsyncCall<O> future, @Nullable O answer, @Nullable Throwable error, boolean company) {
    if (company && future.getNumberOfDependents() > 0) {
      calls.workers().execute(() -> complete(future, answer, error));
    } else {
      complete(future, answer, error);
    }
  }

  /** The call has ended before anybody hears of it, so that a dependent may close the calls. */
  private void complete(AsyncCall<O> future, @Nullable O answer, @Nullable Throwable error) {
    calls.leave();
    if (error == null) {
      future.complete(answer);
    } else {
      future.completeExceptionally(error);
    }
  }
}
