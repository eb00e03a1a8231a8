package io.mlops4j.runtime.serving.answer;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The Arrow memory of a runtime. Thread safe.
 *
 * <p>Its allocator is created when a batch or a view first needs it. Arrow's first allocator loads
 * 150 classes, which a process that answers records does not need.
 */
public final class ArrowMemory implements AutoCloseable {
  private volatile @Nullable BufferAllocator allocator;
  private boolean closed;

  /** {@return the allocator, always the same; a closed one after {@link #close}} */
  public BufferAllocator allocator() {
    BufferAllocator made = allocator;
    return made == null ? make() : made;
  }

  private synchronized BufferAllocator make() {
    BufferAllocator made = allocator;
    if (made == null) {
      made = new RootAllocator();
      allocator = made;
      if (closed) {
        made.close();
      }
    }
    return made;
  }

  /** {@return the number of bytes that are allocated} */
  public long bytes() {
    BufferAllocator made = allocator;
    return made == null ? 0 : made.getAllocatedMemory();
  }

  /** Closes the allocator. No memory may be allocated. */
  @Override
  public synchronized void close() {
    closed = true;
    BufferAllocator made = allocator;
    if (made != null) {
      made.close();
    }
  }
}
