package io.mlops4j.runtime.binding.output;

import io.mlops4j.runtime.memory.DirectMemory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Memory for answers, kept for the next call up to a bound. Thread safe, without a lock.
 *
 * <p>Direct memory costs a registration and zeroing each time it is allocated; a call that finds
 * some here costs one exchange. What is given back beyond the bound, or after the pool was closed,
 * is freed.
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

  /** Memory of at least this size, held once. Its content is undefined. */
  OutputMemory take(long bytes) {
    for (int i = 0; i < idle.length(); i++) {
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

  private OutputMemory held(OutputMemory found) {
    lent.incrementAndGet();
    found.hold();
    return found;
  }

  private OutputMemory allocate(long bytes) {
    long address = memory.allocateForCall(bytes);
    return new OutputMemory(this, address, memory.buffer(address, bytes));
  }

  /** Called by the last holder. */
  void give(OutputMemory back) {
    lent.decrementAndGet();
    for (int i = 0; !closed && i < idle.length(); i++) {
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

  /** How many answers are held now. */
  int lent() {
    return lent.get();
  }

  /** Frees what is idle, now and whatever comes back later. */
  @Override
  public void close() {
    closed = true;
    freeIdle();
  }
}
