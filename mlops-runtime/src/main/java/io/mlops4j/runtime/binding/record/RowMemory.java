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
  /** A block is collected while another one becomes columns. */
  private static final int ROWS_KEPT = 2;

  private static final int COLUMNS_KEPT = 4;

  /** Larger blocks are not kept, because an idle model would hold them. */
  private static final long LARGEST_KEPT = 1 << 20;

  static RowMemory of(
      PackedRow packed, int capacity, DirectMemory memory, BufferAllocator allocator) {
    long rows = packed.rowBytes(capacity);
    long columns = packed.columnBytes(capacity);
    boolean keeps = columns <= LARGEST_KEPT;
    return new RowMemory(
        capacity,
        allocator,
        new KeptBuffers(memory, allocator, rows, keeps ? ROWS_KEPT : 0),
        new KeptBuffers(memory, allocator, columns, keeps ? COLUMNS_KEPT : 0));
  }

  /** Frees memory that is not in use now, and the rest when it is no longer used. */
  @Override
  public void close() {
    rows.close();
    columns.close();
  }
}
