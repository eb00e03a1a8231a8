package io.mlops4j.runtime.binding.record;

import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.KeptBuffers;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Memory that the blocks of one record class use one after the other. Thread safe.
 *
 * @param capacity how many rows a block has
 * @param allocator allocates what is not kept
 * @param rows for the numbers of a block, row by row
 * @param columns for the same numbers as columns
 */
public record RowMemory(
    int capacity, BufferAllocator allocator, KeptBuffers rows, KeptBuffers columns)
    implements AutoCloseable {
  /** While a block is collected, others wait for the threads of listeners. */
  private static final int MOST_KEPT = 4;

  /** Larger blocks are not kept, because an idle model would hold them. */
  private static final long LARGEST_KEPT = 1 << 20;

  static RowMemory of(
      PackedRow packed, int capacity, DirectMemory memory, BufferAllocator allocator) {
    long rows = packed.rowBytes(capacity);
    long columns = packed.columnBytes(capacity);
    int kept = columns <= LARGEST_KEPT ? MOST_KEPT : 0;
    return new RowMemory(
        capacity,
        allocator,
        new KeptBuffers(memory, allocator, rows, kept),
        new KeptBuffers(memory, allocator, columns, kept));
  }

  /** Frees memory that is not in use now, and the rest when it is no longer used. */
  @Override
  public void close() {
    rows.close();
    columns.close();
  }
}
