package io.mlops4j.runtime.serving;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.binding.RecordBinder;
import io.mlops4j.runtime.binding.output.RecordReader;
import io.mlops4j.runtime.serving.batching.RowBatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A model bound to a pair of record classes, for callers that have counted their call. An
 * asynchronous call ends that count when its run has ended.
 */
final class BoundRows<I extends Record, O extends Record> implements RowModel<I, O> {
  private final ModelCalls calls;
  private final RecordBinder<I> binder;
  private final RecordReader<O> reader;
  private final RowCollector<I> collector;
  private final @Nullable RowBatcher<I, O> batcher;

  /**
   * Binds the classes.
   *
   * @param batcher lets waiting records share runs, or null
   */
  BoundRows(
      ModelCalls calls,
      RecordBinder<I> binder,
      RecordReader<O> reader,
      RowCollector<I> collector,
      @Nullable RowBatcher<I, O> batcher) {
    this.calls = calls;
    this.binder = binder;
    this.reader = reader;
    this.collector = collector;
    this.batcher = batcher;
  }

  BoundRows<I, O> with(RowBatcher<I, O> rowBatcher) {
    return new BoundRows<>(calls, binder, reader, collector, rowBatcher);
  }

  boolean isBatched() {
    return batcher != null;
  }

  @Override
  public O predict(I row) {
    return predict(row, CallOptions.withDefaults());
  }

  @Override
  public O predict(I row, CallOptions options) {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(options, "options");
    if (batcher == null || calls.isCalledFromWithin()) {
      try (DefaultPrediction answer = calls.ask(request(List.of(row)), options)) {
        return reader.read(answer, 0);
      }
    }
    Duration deadline = ModelCalls.deadline(options);
    calls.admit(1, deadline);
    return batcher.ask(row, deadline);
  }

  @Override
  public List<O> predict(List<I> rows) {
    Objects.requireNonNull(rows, "rows");
    List<I> asked = copy(rows);
    if (asked.isEmpty()) {
      return List.of();
    }
    try (DefaultPrediction answer = calls.ask(request(asked), CallOptions.withDefaults())) {
      return read(answer, asked.size());
    }
  }

  private List<O> read(DefaultPrediction answer, int rows) {
    List<O> read = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      read.add(reader.read(answer, i));
    }
    return List.copyOf(read);
  }

  /** Calls the model in this thread, for calls that were admitted. */
  List<O> answer(List<I> rows, @Nullable Duration within, long since) {
    try (DefaultPrediction answer = calls.askAdmitted(request(rows), within, since)) {
      return rows.size() == 1 ? List.of(reader.read(answer, 0)) : read(answer, rows.size());
    }
  }

  private static <I> List<I> copy(List<I> rows) {
    List<I> copy = new ArrayList<>(rows);
    for (int i = 0; i < copy.size(); i++) {
      if (copy.get(i) == null) {
        throw new NullPointerException("rows: found null at " + i + ", expected a record");
      }
    }
    return copy;
  }

  private Request request(List<I> rows) {
    return new RowsRequest<>(binder, collector, rows);
  }

  @Override
  public CompletableFuture<O> predictAsync(I row, CallOptions options) {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(options, "options");
    if (batcher == null || calls.isCalledFromWithin()) {
      Request request = request(List.of(row));
      return calls.askAsync(request, options, answer -> reader.read(answer, 0), calls::leave);
    }
    Duration deadline = ModelCalls.deadline(options);
    AsyncCall<O> future = new AsyncCall<>();
    try {
      calls.admit(1, deadline);
      return future.cancelledBy(
          batcher.askAsync(
              row, deadline, (answer, error, company) -> ended(future, answer, error, company)));
    } catch (RuntimeException | Error e) {
      calls.leave();
      return CompletableFuture.failedFuture(e);
    }
  }

  /** A dependent of the future must not delay the other calls of the run. */
  private void ended(
      AsyncCall<O> future, @Nullable O answer, @Nullable Throwable error, boolean company) {
    if (company && future.getNumberOfDependents() > 0) {
      calls.workers().execute(() -> complete(future, answer, error));
    } else {
      complete(future, answer, error);
    }
  }

  /** The call ends before its future completes, so that a dependent may close the model. */
  private void complete(AsyncCall<O> future, @Nullable O answer, @Nullable Throwable error) {
    calls.leave();
    future.end(answer, error);
  }
}
