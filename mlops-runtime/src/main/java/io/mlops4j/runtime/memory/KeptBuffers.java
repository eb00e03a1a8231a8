package io.mlops4j.runtime.memory;

import io.mlops4j.error.InferenceException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Buffers of one size, a limited number of which is kept for reuse. A buffer comes back when its
 * last reference is released, whichever thread does that. Thread safe.
 *
 * <p>Memory that is freed and allocated again for each block costs more than writing the block: the
 * C library returns it to the operating system, which then provides it page by page.
 */
public final class KeptBuffers implements AutoCloseable {
  private final DirectMemory memory;
  private final BufferAllocator allocator;
  private final long bytes;
  private final int bound;

  /** The addresses of the idle blocks. Guarded by this. */
  private final Deque<Long> idle = new ArrayDeque<>();

  private boolean closed;

  /**
   * Creates buffers without memory.
   *
   * @param memory where blocks are allocated
   * @param allocator counts the buffers that are in use
   * @param bytes the size of a buffer, at least 1
   * @param bound how many idle blocks are kept, 0 or more
   */
  public KeptBuffers(DirectMemory memory, BufferAllocator allocator, long bytes, int bound) {
    this.memory = memory;
    this.allocator = allocator;
    this.bytes = bytes;
    this.bound = bound;
  }

  /**
   * Returns a buffer with undefined content.
   *
   * @return a buffer; the caller closes it
   * @throws InferenceException if memory cannot be allocated
   */
  public ArrowBuf take() {
    long address = idleOrNew();
    return HeldBuffer.wrap(allocator, address, bytes, () -> give(address));
  }

  private long idleOrNew() {
    synchronized (this) {
      Long found = idle.poll();
      if (found != null) {
        return found;
      }
    }
    return memory.allocateForCall(bytes);
  }

  private void give(long address) {
    synchronized (this) {
      if (!closed && idle.size() < bound) {
        idle.push(address); // the last one is the likeliest to be in a cache
        return;
      }
    }
    memory.free(address);
  }

  /** Frees idle blocks now, and the others when they come back. A second call does nothing. */
  @Override
  public synchronized void close() {
    closed = true;
    idle.forEach(memory::free);
    idle.clear();
  }
}
