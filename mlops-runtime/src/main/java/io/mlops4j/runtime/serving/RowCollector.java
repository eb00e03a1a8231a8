package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.runtime.binding.RecordColumns;
import io.mlops4j.runtime.binding.output.RowBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Collects single-record calls for listeners that need rows. Listeners are notified of whole
 * blocks: when a block is full, when it is old, and when the model closes.
 *
 * <p>There are two locks. One guards the block and is held while a row is added. The other lets one
 * thread at a time notify. So a caller that adds a row does not wait for a listener, but a closing
 * model does.
 */
final class RowCollector<I extends Record> {
  /** Large enough that the cost of notifying, divided by the rows, is small. */
  static final int ROWS = 256;

  private final CallReporter reporter;
  private final RecordColumns<I> columns;
  private final CallContext context;
  private final BufferAllocator allocator;
  private final Object adding = new Object();
  private final ReentrantLock notifying = new ReentrantLock();
  private @Nullable Collected<I> current;

  RowCollector(CallReporter reporter, RecordColumns<I> columns, CallContext context) {
    this.reporter = reporter;
    this.columns = columns;
    this.context = context;
    this.allocator = context.allocator();
  }

  /** Rows, their ids and how long their calls took. */
  private record Collected<R extends Record>(
      RowBlock<R> block, List<PredictionId> ids, Traces traces, CallTimes times, long since) {}

  /** The traces of a block, in memory only if there is one. */
  private static final class Traces {
    private @Nullable String @Nullable [] ids;

    void set(int row, @Nullable String id) {
      if (id != null) {
        ids = ids == null ? new String[ROWS] : ids;
        ids[row] = id;
      }
    }

    @Nullable String get(int row) {
      return ids == null ? null : ids[row];
    }
  }

  /** Adds answered rows; never throws, but reports rows that were lost. */
  void add(RowsRequest<I> rows, DefaultPrediction answer, CallTimes times) {
    List<Collected<I>> full = new ArrayList<>();
    try {
      try {
        collect(rows, answer, times, context.clock().getAsLong(), full);
      } finally {
        full.forEach(this::report); // even if a later row failed, because they hold memory
      }
    } catch (RuntimeException e) {
      reporter.lost(e);
    }
  }

  private void collect(
      RowsRequest<I> rows,
      DefaultPrediction answer,
      CallTimes times,
      long now,
      List<Collected<I>> full) {
    synchronized (adding) {
      for (int i = 0; i < rows.rows(); i++) {
        Collected<I> block = current;
        if (block != null
            && (block.ids().size() >= ROWS || !block.block().accepts(answer.outputsByRow()))) {
          full.add(block);
          current = null;
          block = null;
        }
        if (block == null) {
          block = begin(answer, now);
          current = block;
        }
        block.block().add(rows.records().get(i), answer.outputsByRow(), i);
        block.traces().set(block.ids().size(), rows.traceId(i));
        block.ids().add(answer.id(i));
        if (i == 0) {
          block.times().add(times);
        }
      }
      if (current != null && current.ids().size() >= ROWS) {
        full.add(current);
        current = null;
      }
    }
  }

  private Collected<I> begin(DefaultPrediction answer, long now) {
    return new Collected<>(
        new RowBlock<>(columns, answer.outputsByRow(), allocator),
        new ArrayList<>(),
        new Traces(),
        new CallTimes(),
        now);
  }

  /** Notifies of rows older than {@code age}; waits for a thread that notifies now. */
  void flush(long age) {
    notifying.lock();
    try {
      Collected<I> old = null;
      synchronized (adding) {
        if (current != null && context.clock().getAsLong() - current.since() >= age) {
          old = current;
          current = null;
        }
      }
      if (old != null) {
        report(old);
      }
    } catch (RuntimeException e) {
      reporter.lost(e);
    } finally {
      notifying.unlock();
    }
  }

  private void report(Collected<I> full) {
    notifying.lock();
    try (RowBlock<I> block = full.block();
        FeatureBatch features = block.features();
        FeatureBatch outputs = block.answers()) {
      reporter.collected(
          full.ids(),
          full.traces()::get,
          full.times(),
          new CallEvent.Rows(
              () -> BatchLending.lend(features, allocator),
              () -> BatchLending.lend(outputs, allocator)));
    } finally {
      notifying.unlock();
    }
  }
}
