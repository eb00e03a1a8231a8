package io.mlops4j.runtime.tensorflow;

import io.mlops4j.spi.HostMemory;

/** Memory of a slot: it grows to the largest call's size and is freed when the slot is closed. */
final class GrowingMemory implements AutoCloseable {
  private static final int ALIGNMENT = 64;
  private static final long LARGEST = Integer.MAX_VALUE - 2 * ALIGNMENT;

  private final HostMemory memory;
  private long address;
  private long capacity = -1;

  GrowingMemory(HostMemory memory) {
    this.memory = memory;
  }

  /** Makes room. The content is lost if the memory moves. */
  void reserve(long bytes) {
    if (bytes > capacity) {
      close();
      long rounded = Math.max(ALIGNMENT, Math.min(LARGEST, bytes + bytes / 2));
      address = memory.allocate(Math.max(bytes, rounded), ALIGNMENT);
      capacity = Math.max(bytes, rounded);
    }
  }

  long address() {
    return address;
  }

  @Override
  public void close() {
    if (capacity >= 0) {
      capacity = -1;
      memory.free(address);
    }
  }
}
