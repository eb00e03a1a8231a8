package io.mlops4j.runtime.binding.record;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Idle rows of a record class. Thread safe.
 *
 * @param <I> the record, whose components are primitive numbers
 */
public final class KeptRows<I extends Record> implements AutoCloseable {
  /**
   * Enough for the threads of a server; further rows are allocated for one call. A power of two.
   */
  private static final int KEPT = 16;

  private final RecordColumns<I> columns;
  private final BufferAllocator allocator;
  private final AtomicReferenceArray<@Nullable KeptRow<I>> idle = new AtomicReferenceArray<>(KEPT);
  private volatile boolean closed;

  KeptRows(RecordColumns<I> columns, BufferAllocator allocator) {
    this.columns = columns;
    this.allocator = allocator;
  }

  /** Threads begin at different places. */
  private static int first() {
    return (int) Thread.currentThread().getId() & (KEPT - 1);
  }

  /**
   * Returns a row for one call.
   *
   * @return a row, which the caller gives back
   */
  public KeptRow<I> take() {
    int first = first();
    for (int i = 0; i < KEPT; i++) {
      int at = (first + i) & (KEPT - 1);
      KeptRow<I> row = idle.getPlain(at) == null ? null : idle.getAndSet(at, null);
      if (row != null) {
        return row;
      }
    }
    return new KeptRow<>(columns, allocator);
  }

  /**
   * Takes a row back after a call.
   *
   * @param row the row, which no thread uses any more
   */
  public void give(KeptRow<I> row) {
    int first = first();
    for (int i = 0; i < KEPT; i++) {
      if (idle.compareAndSet((first + i) & (KEPT - 1), null, row)) {
        if (closed) {
          close();
        }
        return;
      }
    }
    row.close();
  }

  /** Frees idle rows now, and the others when they are given back. */
  @Override
  public void close() {
    closed = true;
    for (int i = 0; i < KEPT; i++) {
      KeptRow<I> row = idle.getAndSet(i, null);
      if (row != null) {
        row.close();
      }
    }
  }
}
