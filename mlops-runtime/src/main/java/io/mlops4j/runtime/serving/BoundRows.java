package io.mlops4j.runtime.serving;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Priority;
import io.mlops4j.runtime.binding.RecordBinder;
import io.mlops4j.runtime.binding.output.RecordReader;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.batching.RowBatcher;
import io.mlops4j.runtime.serving.call.AsyncCall;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A model bound to a pair of record classes, for callers that have counted their call. An
 * asynchronous call ends that count when its run has ended.
 */
final class BoundRows<I extends Record, O extends Record>
    implements HeldRows<I, O>, RowBatcher.Asker<BoundRows.Asked<I>, O> {
  private final ModelCalls calls;
  private final RecordBinder<I> binder;
  private final RecordReader<O> reader;
  private final @Nullable RowCollector<I> collector;
  private final @Nullable RowBatcher<Asked<I>, O> batcher;

  /** The record of one call, which may share a run with others. */
  record Asked<I extends Record>(I row, Priority priority, @Nullable String trace) {}

  /**
   * Binds the classes.
   *
   * @param collector collects the rows for listeners, or null if none needs them
   * @param batcher lets waiting records share runs, or null
   */
  BoundRows(
      ModelCalls calls,
      RecordBinder<I> binder,
      RecordReader<O> reader,
      @Nullable RowCollector<I> collector,
      @Nullable RowBatcher<Asked<I>, O> batcher) {
    this.calls = calls;
    this.binder = binder;
    this.reader = reader;
    this.collector = collector;
    this.batcher = batcher;
  }

  BoundRows<I, O> with(RowBatcher<Asked<I>, O> rowBatcher) {
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
      try (DefaultPrediction answer = calls.ask(request(row, options), options)) {
        return reader.read(answer, 0);
      }
    }
    Duration deadline = ModelCalls.deadline(options);
    calls.admit(1, deadline);
    return batcher.ask(asked(row, options), deadline);
  }

  @Override
  public List<O> predict(List<I> rows) {
    return predict(rows, CallOptions.withDefaults());
  }

  @Override
  public List<O> predict(List<I> rows, CallOptions options) {
    Objects.requireNonNull(rows, "rows");
    List<I> asked = copy(rows);
    if (asked.isEmpty()) {
      return List.of();
    }
    try (DefaultPrediction answer = answer(asked, options)) {
      return read(answer, asked.size());
    }
  }

  @Override
  public DefaultPrediction answer(List<I> rows, CallOptions options) {
    return calls.ask(request(rows, BoundRows::noTrace), options);
  }

  private List<O> read(DefaultPrediction answer, int rows) {
    List<O> read = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      read.add(reader.read(answer, i));
    }
    return List.copyOf(read);
  }

  private static <I extends Record> Asked<I> asked(I row, CallOptions options) {
    return new Asked<>(row, options.priority(), ModelCalls.traceId(options));
  }

  @Override
  public Priority priority(Asked<I> asked) {
    return asked.priority();
  }

  /** Calls the model in this thread, for calls that were admitted. */
  @Override
  public List<O> ask(List<Asked<I>> together, @Nullable Duration within, long since) {
    List<I> rows = new ArrayList<>(together.size());
    together.forEach(asked -> rows.add(asked.row()));
    Request request = request(rows, row -> together.get(row).trace());
    try (DefaultPrediction answer = calls.askAdmitted(request, within, since)) {
      return rows.size() == 1 ? List.of(reader.read(answer, 0)) : read(answer, rows.size());
    }
  }

  static <I> List<I> copy(List<I> rows) {
    List<I> copy = new ArrayList<>(rows);
    for (int i = 0; i < copy.size(); i++) {
      if (copy.get(i) == null) {
        throw new NullPointerException("rows: found null at " + i + ", expected a record");
      }
    }
    return copy;
  }

  private static @Nullable String noTrace(int row) {
    return null;
  }

  private Request request(I row, CallOptions options) {
    String trace = ModelCalls.traceId(options);
    return request(List.of(row), trace == null ? BoundRows::noTrace : any -> trace);
  }

  private Request request(List<I> rows, IntFunction<@Nullable String> traces) {
    return new RowsRequest<>(binder, collector, rows, traces);
  }

  @Override
  public CompletableFuture<O> predictAsync(I row, CallOptions options) {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(options, "options");
    if (batcher == null || calls.isCalledFromWithin()) {
      Request request = request(row, options);
      return calls.askAsync(request, options, answer -> reader.read(answer, 0), calls::leave);
    }
    Duration deadline = ModelCalls.deadline(options);
    AsyncCall<O> future = new AsyncCall<>();
    try {
      calls.admit(1, deadline);
      return future.cancelledBy(
          batcher.askAsync(
              asked(row, options),
              deadline,
              (answer, error, company) -> {
                Runnable end = () -> complete(future, answer, error);
                if (company && future.getNumberOfDependents() > 0) {
                  // A dependent of the future must not delay the other calls of the run.
                  RuntimeThreads.executeOrRun(
                      calls.workers(), RuntimeThreads.prioritized(options.priority(), end));
                } else {
                  end.run();
                }
              }));
    } catch (RuntimeException | Error e) {
      calls.leave();
      return CompletableFuture.failedFuture(e);
    }
  }

  /** The call ends before its future completes, so that a dependent may close the model. */
  private void complete(AsyncCall<O> future, @Nullable O answer, @Nullable Throwable error) {
    calls.leave();
    future.end(answer, error);
  }
}
