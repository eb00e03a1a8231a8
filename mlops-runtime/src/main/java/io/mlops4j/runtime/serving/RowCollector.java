package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.runtime.binding.RecordColumns;
import io.mlops4j.runtime.binding.output.RowBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Collects single-record calls for listeners that need rows. Listeners are notified of whole
 * blocks: when a block is full, when it is old, and when the model closes.
 *
 * <p>A block is guarded by a lock that is held while a row is added. The operating system may
 * suspend the thread that holds it. Others then take the next block, so they never wait for that
 * thread while there are blocks that are free. One thread at a time uses one block; the rows of a
 * thread stay in their order unless blocks are contended.
 *
 * <p>Another lock lets one thread at a time notify. So a caller that adds a row does not wait for a
 * listener, but a closing model does.
 */
final class RowCollector<I extends Record> {
  /** Large enough that the cost of notifying, divided by the rows, is small. */
  static final int ROWS = 256;

  /** The same for rows of numbers, which take few bytes. */
  static final int ROWS_OF_NUMBERS = 1024;

  private static final int MOST_BLOCKS = 8;

  private final CallReporter reporter;
  private final RecordColumns<I> columns;
  private final int capacity;
  private final CallContext context;
  private final BufferAllocator allocator;
  private final ReentrantLock notifying = new ReentrantLock();
  private final List<Place<I>> places;

  /** How many places are used; grows when threads meet. A lost update only delays that. */
  private volatile int used = 1;

  RowCollector(CallReporter reporter, RecordColumns<I> columns, CallContext context) {
    this.reporter = reporter;
    this.columns = columns;
    this.capacity = columns.areNumbers() ? ROWS_OF_NUMBERS : ROWS;
    this.context = context;
    this.allocator = context.allocator();
    this.places = Stream.generate(Place<I>::new).limit(MOST_BLOCKS).toList();
  }

  /** Where a block is filled. */
  private static final class Place<R extends Record> {
    private final ReentrantLock adding = new ReentrantLock();
    private @Nullable Collected<R> current;

    @Nullable Collected<R> take() {
      Collected<R> taken = current;
      current = null;
      return taken;
    }
  }

  /** Rows, their ids and how long their calls took. */
  private static final class Collected<R extends Record> {
    private final RowBlock<R> block;
    private final long since;
    private final long[] calls;
    private final int[] rowsOfCalls;
    private final CallTimes times = new CallTimes(0);
    private @Nullable String @Nullable [] traces;

    Collected(RowBlock<R> block, int capacity, long since) {
      this.block = block;
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

    @Nullable String trace(int row) {
      return traces == null ? null : traces[row];
    }
  }

  /** Adds answered rows; never throws, but reports rows that were lost. */
  void add(RowsRequest<I> rows, DefaultPrediction answer, CallTimes times) {
    List<Collected<I>> full = new ArrayList<>(0);
    try {
      Place<I> place = lock();
      try {
        collect(place, rows, answer, times, full);
      } finally {
        place.adding.unlock();
        full.forEach(this::report); // even if a later row failed, because they hold memory
      }
    } catch (RuntimeException e) {
      reporter.lost(e);
    }
  }

  /** Locks a place that no other thread uses, if there is one. */
  private Place<I> lock() {
    int count = used;
    int first = count == 1 ? 0 : (int) (Thread.currentThread().getId() % count);
    for (int i = 0; i < count; i++) {
      Place<I> place = places.get((first + i) % count);
      if (place.adding.tryLock()) {
        return place;
      }
    }
    if (count < MOST_BLOCKS) {
      used = count + 1;
      first = count;
    }
    Place<I> place = places.get(first);
    place.adding.lock();
    return place;
  }

  private void collect(
      Place<I> place,
      RowsRequest<I> rows,
      DefaultPrediction answer,
      CallTimes times,
      List<Collected<I>> full) {
    for (int i = 0; i < rows.rows(); i++) {
      Collected<I> block = place.current;
      if (block != null && !block.block.accepts(answer.outputsByRow())) {
        full.add(block);
        block = null;
      }
      if (block == null) {
        place.current = null; // also if no memory is left
        block = begin(answer);
        place.current = block;
      }
      block.add(rows, answer, i);
      if (i == 0) {
        block.times.add(times);
      }
      if (block.isFull()) {
        full.add(block);
        place.current = null;
      }
    }
  }

  private Collected<I> begin(DefaultPrediction answer) {
    return new Collected<>(
        new RowBlock<>(columns, capacity, answer.outputsByRow(), allocator),
        capacity,
        context.clock().getAsLong());
  }

  /** Notifies of rows older than {@code age}; waits for a thread that notifies now. */
  void flush(long age) {
    notifying.lock();
    try {
      places.forEach(place -> flush(place, age));
    } finally {
      notifying.unlock();
    }
  }

  private void flush(Place<I> place, long age) {
    Collected<I> old = null;
    place.adding.lock();
    try {
      Collected<I> block = place.current;
      if (block != null && context.clock().getAsLong() - block.since >= age) {
        old = place.take();
      }
    } finally {
      place.adding.unlock();
    }
    try {
      if (old != null) {
        report(old);
      }
    } catch (RuntimeException e) {
      reporter.lost(e);
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
    int rows = block.rows();
    try (FeatureBatch features = block.features();
        FeatureBatch outputs = block.answers()) {
      reporter.collected(
          rows,
          row -> new PredictionId(context.process(), full.calls[row], full.rowsOfCalls[row]),
          full::trace,
          full.times,
          new CallEvent.Rows(
              () -> BatchLending.lend(features, allocator),
              () -> BatchLending.lend(outputs, allocator)));
    }
  }
}
