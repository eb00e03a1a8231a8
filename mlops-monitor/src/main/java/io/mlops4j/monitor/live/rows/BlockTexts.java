package io.mlops4j.monitor.live.rows;

import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;

/**
 * The texts of one column of a block: offsets, and room for a number of bytes. Texts are copied by
 * address. Guarded like the block.
 */
final class BlockTexts {
  /** The room for a row; longer texts leave less room for others. */
  static final int BYTES_OF_A_ROW = 64;

  private final VarCharVector vector;
  private final long offsets;
  private final long data;
  private final long capacity;
  private int used;

  /**
   * Allocates the memory of an empty vector.
   *
   * @param rows for which there is room
   */
  BlockTexts(VarCharVector vector, int rows) {
    this.vector = vector;
    vector.allocateNew((long) BYTES_OF_A_ROW * rows, rows);
    this.offsets = vector.getOffsetBufferAddress();
    this.data = vector.getDataBufferAddress();
    this.capacity = Math.min(vector.getDataBuffer().capacity(), Integer.MAX_VALUE);
    MemoryUtil.putInt(offsets, 0);
  }

  static boolean isText(FieldVector vector) {
    return vector instanceof VarCharVector && vector.getField().getDictionary() == null;
  }

  /**
   * Returns the bytes of the texts of a column; -1 if its buffers do not hold them. Such a column
   * is reported when it is counted.
   */
  static long bytes(VarCharVector column, int rows) {
    if (column.getOffsetBuffer().capacity() < 4L * (rows + 1)) {
      return -1;
    }
    long at = column.getOffsetBufferAddress();
    int first = MemoryUtil.getInt(at);
    int last = first;
    boolean ascending = first >= 0;
    for (int row = 1; row <= rows; row++) {
      int next = MemoryUtil.getInt(at + 4L * row);
      ascending &= next >= last;
      last = next;
    }
    return ascending && last <= column.getDataBuffer().capacity() ? last - (long) first : -1;
  }

  boolean fits(VarCharVector column, int rows) {
    long bytes = bytes(column, rows);
    return bytes >= 0 && used + bytes <= capacity;
  }

  /**
   * Adds texts of a column that {@link #fits}.
   *
   * @param row the number of rows that are there
   */
  void add(VarCharVector column, int count, int row) {
    add(column.getOffsetBufferAddress(), column.getDataBufferAddress(), 0, count, row);
  }

  /** Adds a range of the texts of a column of a block that is like this one. */
  void add(BlockTexts other, int from, int count, int row) {
    add(other.offsets, other.data, from, count, row);
  }

  private void add(long offsetsAt, long dataAt, int from, int count, int row) {
    int start = MemoryUtil.getInt(offsetsAt + 4L * from);
    int shift = used - start;
    for (int i = 1; i <= count; i++) {
      int end = MemoryUtil.getInt(offsetsAt + 4L * (from + i));
      MemoryUtil.putInt(offsets + 4L * (row + i), end + shift);
    }
    int bytes = MemoryUtil.getInt(offsetsAt + 4L * (from + count)) - start;
    MemoryUtil.copyMemory(dataAt + start, data + used, bytes);
    used += bytes;
  }

  /** Tells the vector that its texts have been written, before it gets its number of rows. */
  void written(int rows) {
    vector.setLastSet(rows - 1);
  }

  void clear() {
    used = 0;
  }
}
