package io.mlops4j.runtime.onnx;

import io.mlops4j.error.InferenceException;
import io.mlops4j.runtime.memory.DirectMemory;
import java.nio.ByteBuffer;

/** Memory of a slot: it grows to the largest call's size and is freed when the slot is closed. */
final class SlotMemory implements AutoCloseable {
  private static final long STEP = 1 << 20;

  private final DirectMemory memory;
  private long address;
  private long capacity = -1;
  private int moves;

  SlotMemory(DirectMemory memory) {
    this.memory = memory;
  }

  boolean holds(long bytes) {
    return bytes <= capacity;
  }

  /**
   * Allocates more memory. The content is lost and the address changes.
   *
   * @throws InferenceException if the memory cannot be allocated
   */
  void grow(long bytes) {
    moves++;
    close();
    long rounded = rounded(bytes);
    address = memory.allocateForCall(rounded);
    capacity = rounded;
  }

  /** Rounds small sizes up to powers of two, so that batches growing row by row seldom allocate. */
  private static long rounded(long bytes) {
    if (bytes <= STEP) {
      return Math.max(DirectMemory.ALIGNMENT, Long.highestOneBit(2 * bytes - 1));
    }
    return Math.min(DirectMemory.LIMIT, (bytes + STEP - 1) / STEP * STEP);
  }

  /**
   * Returns how often the memory grew. Tensors that were made before it last grew must not be used.
   */
  int moves() {
    return moves;
  }

  long address() {
    return address;
  }

  /** Returns the number of bytes at the address; 0 without memory. */
  long capacity() {
    return Math.max(capacity, 0);
  }

  ByteBuffer buffer(long bytes) {
    return memory.buffer(address, bytes);
  }

  @Override
  public void close() {
    if (capacity >= 0) {
      capacity = -1;
      memory.free(address);
    }
  }
}
