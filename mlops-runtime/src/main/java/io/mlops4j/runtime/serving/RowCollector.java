package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.runtime.binding.output.RowBlock;
import io.mlops4j.runtime.binding.record.RecordColumns;
import io.mlops4j.runtime.binding.record.RowMemory;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.call.CallTimes;
import io.mlops4j.runtime.serving.listening.CallEvent;
import io.mlops4j.runtime.serving.listening.CalledRows;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Collects single-record calls for listeners that need rows. Listeners are notified of whole
 * blocks: when a block is full, when it is old, and when the model closes.
 *
 * <p>There is one block, whatever the number of threads: rows reach listeners late by no more than
 * one block, and in their order. A lock guards it while a row is added.
 *
 * <p>Another lock lets one thread at a time notify. So a caller that adds a row does not wait for a
 * listener, but a closing model does.
 */
final class RowCollector<I extends Record> {
  /** Large enough that the cost of notifying, divided by the rows, is small. */
  static final int ROWS = 256;

  /** The same for rows of numbers, which take few bytes. */
  static final int ROWS_OF_NUMBERS = 1024;

  private final CallReporter reporter;
  private final RecordColumns<I> columns;
  private final RowMemory memory;
  private final CallContext context;
  private final BufferAllocator allocator;
  private final ReentrantLock notifying = new ReentrantLock();
  private final ReentrantLock adding = new ReentrantLock();
  private @Nullable Collected<I> current;

  RowCollector(
      CallReporter reporter, RecordColumns<I> columns, CallContext context, DirectMemory memory) {
    this.reporter = reporter;
    this.columns = columns;
    this.context = context;
    this.allocator = context.allocator();
    this.memory = columns.memory(columns.areNumbers() ? ROWS_OF_NUMBERS : ROWS, memory, allocator);
  }

  /** Rows, their ids and how long their calls took. */
  private static final class Collected<R extends Record> implements CalledRows {
    private final RowBlock<R> block;
    private final long process;
    private final long since;
    private final long[] calls;
    private final int[] rowsOfCalls;
    private final CallTimes times = new CallTimes(0);
    private @Nullable String @Nullable [] traces;

    Collected(RowBlock<R> block, int capacity, long process, long since) {
      this.block = block;
      this.process = process;
      this.since = since;
      this.calls = new long[capacity];
      this.rowsOfCalls = new int[capacity];
    }

    void add(RowsRequest<R> rows, DefaultPrediction answer, int i) {
      int row = block.rows();
      block.add(rows.records().get(i), answer.outputsByRow(), i);
      calls[row] = answer.call();
      rowsOfCalls[row] = i;
      String trace = rows.traceId(i);
      if (trace != null) {
        traces = traces == null ? new String[calls.length] : traces;
        traces[row] = trace;
      }
    }

    boolean isFull() {
      return block.rows() >= calls.length;
    }

    @Override
    public int count() {
      return block.rows();
    }

    @Override
    public PredictionId id(int row) {
      return new PredictionId(process, calls[row], rowsOfCalls[row]);
    }

    @Override
    public @Nullable String traceId(int row) {
      return traces == null ? null : traces[row];
    }

    @Override
    public CallTimes times() {
      return times;
    }
  }

  /** Adds answered rows; never throws, but reports rows that were lost. */
  void add(RowsRequest<I> rows, DefaultPrediction answer, CallTimes times) {
    try {
      for (int i = 0; i < rows.rows(); ) {
        i = addSome(rows, answer, i, times);
      }
    } catch (RuntimeException e) {
      reporter.lost(e);
    }
  }

  /**
   * Adds the rows from {@code first} on that belong to one block, and notifies if they end it.
   *
   * @return the next row
   */
  private int addSome(RowsRequest<I> rows, DefaultPrediction answer, int first, CallTimes times) {
    Collected<I> ended = null;
    int next = first;
    adding.lock();
    try {
      Collected<I> block = current;
      if (block != null && !block.block.accepts(answer.outputsByRow())) {
        ended = block; // even if the next block fails, because it holds memory
        current = null;
        return next;
      }
      if (block == null) {
        block = begin(answer);
        current = block;
      }
      if (first == 0) {
        block.times.add(times);
      }
      for (; next < rows.rows() && !block.isFull(); next++) {
        block.add(rows, answer, next);
      }
      if (block.isFull()) {
        ended = block;
        current = null;
      }
      return next;
    } finally {
      adding.unlock();
      if (ended != null) {
        report(ended);
      }
    }
  }

  private Collected<I> begin(DefaultPrediction answer) {
    return new Collected<>(
        new RowBlock<>(columns, memory, answer.outputsByRow()),
        memory.capacity(),
        context.process(),
        context.clock().getAsLong());
  }

  /** Notifies of rows older than {@code age}; waits for a thread that notifies now. */
  void flush(long age) {
    notifying.lock();
    try {
      Collected<I> old = takeOld(age);
      if (old != null) {
        report(old);
      }
    } catch (RuntimeException e) {
      reporter.lost(e);
    } finally {
      notifying.unlock();
    }
  }

  /** Notifies of the last rows and frees memory. No row is added any more. */
  void close() {
    flush(Long.MIN_VALUE);
    memory.close();
  }

  private @Nullable Collected<I> takeOld(long age) {
    adding.lock();
    try {
      Collected<I> block = current;
      if (block == null || context.clock().getAsLong() - block.since < age) {
        return null;
      }
      current = null;
      return block;
    } finally {
      adding.unlock();
    }
  }

  private void report(Collected<I> full) {
    notifying.lock();
    try (RowBlock<I> block = full.block) {
      if (block.rows() > 0) {
        report(full, block);
      }
    } finally {
      notifying.unlock();
    }
  }

  private void report(Collected<I> full, RowBlock<I> block) {
    try (FeatureBatch features = block.features();
        FeatureBatch outputs = block.answers()) {
      reporter.collected(
          full,
          new CallEvent.Rows(
              () -> BatchLending.lend(features, allocator),
              () -> BatchLending.lend(outputs, allocator)));
    }
  }
}
