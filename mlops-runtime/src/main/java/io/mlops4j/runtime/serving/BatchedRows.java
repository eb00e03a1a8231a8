package io.mlops4j.runtime.serving;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.RowModel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A model asked with records, which are answered together where they pile up. */
final class BatchedRows<I extends Record, O extends Record> implements RowModel<I, O> {
  private final LoadedModel model;
  private final BoundRows<I, O> direct;
  private final RowBatcher<I, O> batcher;

  BatchedRows(LoadedModel model, BoundRows<I, O> direct, RowBatcher<I, O> batcher) {
    this.model = model;
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
    if (model.isAskedFromWithin()) {
      return direct.predict(row, options);
    }
    model.enter();
    try {
      model.admit(1, LoadedModel.deadline(options));
      return batcher.ask(row, LoadedModel.deadline(options));
    } finally {
      model.leave();
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
    if (model.isAskedFromWithin()) {
      return direct.predictAsync(row, options);
    }
    AsyncCall<O> future = new AsyncCall<>();
    try {
      model.enter();
    } catch (IllegalStateException closed) {
      return CompletableFuture.failedFuture(closed);
    }
    try {
      model.admit(1, LoadedModel.deadline(options));
      return future.cancelledBy(
          batcher.askAsync(
              row,
              LoadedModel.deadline(options),
              (answer, error, company) -> ended(future, answer, error, company)));
    } catch (RuntimeException | Error e) {
      model.leave();
      return CompletableFuture.failedFuture(e);
    }
  }

  /** What depends on one answer must not keep those who were answered with it. */
  private void ended(
      AsyncCall<O> future, @Nullable O answer, @Nullable Throwable error, boolean company) {
    if (company && future.getNumberOfDependents() > 0) {
      model.executor().execute(() -> complete(future, answer, error));
    } else {
      complete(future, answer, error);
    }
  }

  /** The call has ended before anybody hears of it, so that a dependent may close the model. */
  private void complete(AsyncCall<O> future, @Nullable O answer, @Nullable Throwable error) {
    model.leave();
    if (error == null) {
      future.complete(answer);
    } else {
      future.completeExceptionally(error);
    }
  }
}
