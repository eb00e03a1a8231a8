package io.mlops4j.runtime.binding.output;

import io.mlops4j.runtime.memory.DirectMemory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Memory for answers, of which a limited number is kept for later calls. Thread safe, without a
 * lock.
 *
 * <p>Each allocation of direct memory is registered and filled with zeros. Kept memory costs one
 * exchange instead. Memory that is returned beyond the limit, or after the pool was closed, is
 * freed.
 */
final class OutputMemoryPool implements AutoCloseable {
  private static final int SMALLEST = 256;

  /** Places are this far apart, so that threads do not share cache lines. */
  private static final int APART = 16;

  private final DirectMemory memory;
  private final AtomicReferenceArray<@Nullable OutputMemory> idle;
  private final int bound;

  /** Counted where memory is allocated and freed, which is rare. */
  private final AtomicInteger allocated = new AtomicInteger();

  private volatile boolean closed;

  OutputMemoryPool(DirectMemory memory, int bound) {
    this.memory = memory;
    this.bound = bound;
    this.idle = new AtomicReferenceArray<>(bound * APART);
  }

  /** Returns memory of at least this size with one holder. Its content is undefined. */
  OutputMemory take(long bytes) {
    int first = first();
    for (int n = 0; n < bound; n++) {
      int i = (first + n) % bound * APART;
      if (idle.getPlain(i) != null) {
        OutputMemory found = idle.getAndSet(i, null);
        if (found != null) {
          if (found.capacity() >= bytes) {
            found.take();
            return found;
          }
          free(found);
        }
      }
    }
    OutputMemory made = allocate(Math.max(bytes, SMALLEST));
    made.take();
    return made;
  }

  /** The place of this thread's memory, so that threads do not move it between processors. */
  private int first() {
    return bound == 0 ? 0 : (int) (Thread.currentThread().getId() % bound);
  }

  private OutputMemory allocate(long bytes) {
    long address = memory.allocateForCall(bytes);
    allocated.incrementAndGet();
    return OutputMemory.of(this, address, memory.buffer(address, bytes));
  }

  void give(OutputMemory back) {
    int first = first();
    for (int n = 0; !closed && n < bound; n++) {
      int i = (first + n) % bound * APART;
      if (idle.getPlain(i) == null && idle.compareAndSet(i, null, back)) {
        if (closed) {
          freeIdle();
        }
        return;
      }
    }
    free(back);
  }

  private void free(OutputMemory unused) {
    memory.free(unused.address());
    allocated.decrementAndGet();
  }

  private void freeIdle() {
    for (int i = 0; i < idle.length(); i += APART) {
      OutputMemory found = idle.getAndSet(i, null);
      if (found != null) {
        free(found);
      }
    }
  }

  int lent() {
    int kept = 0;
    for (int i = 0; i < idle.length(); i += APART) {
      kept += idle.get(i) == null ? 0 : 1;
    }
    return allocated.get() - kept;
  }

  /** Frees idle memory now, and held memory when it is returned. */
  @Override
  public void close() {
    closed = true;
    freeIdle();
  }
}
