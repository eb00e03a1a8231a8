package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.runtime.binding.RecordColumns;
import io.mlops4j.runtime.binding.RowBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Collects single-record calls for listeners that need rows, and tells them by the block: when it
 * is full, when it is old, and when the model closes.
 *
 * <p>Two locks: one guards the block and is held while a row is added; the other lets one thread at
 * a time tell, so that a caller who adds a row does not wait for a listener, and a closing model
 * does.
 */
final class RowCollector<I extends Record> {
  /** Enough that telling costs little for each row. */
  static final int ROWS = 256;

  private final LoadedModel model;
  private final RecordColumns<I> columns;
  private final BufferAllocator allocator;
  private final Object adding = new Object();
  private final ReentrantLock telling = new ReentrantLock();
  private @Nullable Collected<I> current;

  RowCollector(LoadedModel model, RecordColumns<I> columns, BufferAllocator allocator) {
    this.model = model;
    this.columns = columns;
    this.allocator = allocator;
  }

  /** Rows, their ids and how long their calls took. */
  private record Collected<R extends Record>(
      RowBlock<R> block, List<PredictionId> ids, CallTimes times, long since) {}

  void add(List<I> rows, DefaultPrediction answer, CallTimes times, long now) {
    List<Collected<I>> full = new ArrayList<>();
    try {
      collect(rows, answer, times, now, full);
    } finally {
      full.forEach(this::tell); // also when a later row failed: they hold memory
    }
  }

  private void collect(
      List<I> rows, DefaultPrediction answer, CallTimes times, long now, List<Collected<I>> full) {
    synchronized (adding) {
      for (int i = 0; i < rows.size(); i++) {
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
        block.block().add(rows.get(i), answer.outputsByRow(), i);
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
        new CallTimes(),
        now);
  }

  /** Tells what is older than this; waits for whoever is telling now. */
  void flush(long now, long age) {
    telling.lock();
    try {
      Collected<I> old = null;
      synchronized (adding) {
        if (current != null && now - current.since() >= age) {
          old = current;
          current = null;
        }
      }
      if (old != null) {
        tell(old);
      }
    } finally {
      telling.unlock();
    }
  }

  private void tell(Collected<I> full) {
    telling.lock();
    model.enterTelling();
    try (RowBlock<I> block = full.block();
        FeatureBatch features = block.features();
        FeatureBatch outputs = block.answers()) {
      CallEvent.Rows rows =
          new CallEvent.Rows(() -> features.lend(allocator), () -> outputs.lend(allocator));
      InferenceEvent.Route route = model.route();
      model
          .listeners()
          .tellRows(
              () ->
                  new CallEvent(
                      model.servedBy(),
                      route,
                      full.ids().size(),
                      full.ids()::get,
                      full.times(),
                      null,
                      rows));
    } finally {
      model.leaveTelling();
      telling.unlock();
    }
  }
}
