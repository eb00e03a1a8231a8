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

  private final DirectMemory memory;
  private final AtomicReferenceArray<@Nullable OutputMemory> idle;
  private final AtomicInteger lent = new AtomicInteger();
  private volatile boolean closed;

  OutputMemoryPool(DirectMemory memory, int bound) {
    this.memory = memory;
    this.idle = new AtomicReferenceArray<>(bound);
  }

  /** Returns memory of at least this size with one holder. Its content is undefined. */
  OutputMemory take(long bytes) {
    int first = first();
    for (int n = 0; n < idle.length(); n++) {
      int i = (first + n) % idle.length();
      if (idle.getPlain(i) != null) {
        OutputMemory found = idle.getAndSet(i, null);
        if (found != null) {
          if (found.capacity() >= bytes) {
            return held(found);
          }
          free(found);
        }
      }
    }
    return held(allocate(Math.max(bytes, SMALLEST)));
  }

  /** The place of this thread's memory, so that threads do not move it between processors. */
  private int first() {
    return idle.length() == 0 ? 0 : (int) (Thread.currentThread().getId() % idle.length());
  }

  private OutputMemory held(OutputMemory found) {
    lent.incrementAndGet();
    found.hold();
    return found;
  }

  private OutputMemory allocate(long bytes) {
    long address = memory.allocateForCall(bytes);
    return OutputMemory.of(this, address, memory.buffer(address, bytes));
  }

  void give(OutputMemory back) {
    lent.decrementAndGet();
    int first = first();
    for (int n = 0; !closed && n < idle.length(); n++) {
      int i = (first + n) % idle.length();
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
  }

  private void freeIdle() {
    for (int i = 0; i < idle.length(); i++) {
      OutputMemory found = idle.getAndSet(i, null);
      if (found != null) {
        free(found);
      }
    }
  }

  int lent() {
    return lent.get();
  }

  /** Frees idle memory now, and held memory when it is returned. */
  @Override
  public void close() {
    closed = true;
    freeIdle();
  }
}
