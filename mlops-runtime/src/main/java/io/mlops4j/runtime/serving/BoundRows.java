package io.mlops4j.runtime.serving;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.binding.RecordBinder;
import io.mlops4j.runtime.binding.output.RecordReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A model bound to a pair of record classes. */
final class BoundRows<I extends Record, O extends Record> implements RowModel<I, O> {
  private final ModelCalls calls;
  private final RecordBinder<I> binder;
  private final RecordReader<O> reader;
  private final RowCollector<I> collector;

  BoundRows(
      ModelCalls calls, RecordBinder<I> binder, RecordReader<O> reader, RowCollector<I> collector) {
    this.calls = calls;
    this.binder = binder;
    this.reader = reader;
    this.collector = collector;
  }

  @Override
  public O predict(I row) {
    return predict(row, CallOptions.withDefaults());
  }

  @Override
  public O predict(I row, CallOptions options) {
    Objects.requireNonNull(options, "options");
    Request request = request(List.of(Objects.requireNonNull(row, "row")));
    try (DefaultPrediction answer = calls.ask(request, options)) {
      return reader.read(answer, 0);
    }
  }

  @Override
  public List<O> predict(List<I> rows) {
    Objects.requireNonNull(rows, "rows");
    List<I> asked = copy(rows);
    if (asked.isEmpty()) {
      calls.checkOpen();
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

  /** Calls the model in this thread, for calls that were counted. */
  List<O> askEntered(List<I> rows, @Nullable Duration within, long since) {
    try (DefaultPrediction answer = calls.askEntered(request(rows), within, since)) {
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
    Objects.requireNonNull(options, "options");
    Request request = request(List.of(Objects.requireNonNull(row, "row")));
    return calls.askAsync(request, options, answer -> reader.read(answer, 0), () -> {});
  }
}
