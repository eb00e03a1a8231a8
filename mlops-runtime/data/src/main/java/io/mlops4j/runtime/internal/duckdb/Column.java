package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.runtime.memory.Native;
import java.nio.ByteBuffer;
import org.apache.arrow.vector.FieldVector;

/**
 * Copies a column of DuckDB's chunks to an Arrow vector, range by range.
 *
 * <p>A copy of whole ranges, and not a view, because a batch has more rows than a chunk, and
 * because DuckDB lays out texts, lists and decimals differently from Arrow.
 */
abstract class Column {
  private final FieldVector to;
  private long validity;

  Column(FieldVector to) {
    this.to = to;
  }

  FieldVector vector() {
    return to;
  }

  /** Sets the vector that the next ranges come from. */
  void open(ByteBuffer vector, long rows) {
    validity = rows == 0 ? 0 : Natives.validity(vector, rows);
  }

  /** Frees and allocates the vector for about so many rows. */
  void begin(int rows) {
    to.setInitialCapacity(rows);
    to.allocateNew();
  }

  /** Copies rows {@code from} to {@code from + count} of the chunk to row {@code at}. */
  abstract void copy(long from, int count, int at);

  /** Sets the number of rows after the last range. */
  void end(int rows) {
    to.setValueCount(rows);
  }

  final boolean isValid(long row) {
    return validity == 0 || (Native.getByte(validity + (row >> 3)) >> (int) (row & 7) & 1) != 0;
  }

  final void grow(int rows) {
    while (to.getValueCapacity() < rows) {
      to.reAlloc();
    }
  }

  final void copyValidity(long from, int count, int at) {
    Bits.copy(validity, from, to.getValidityBufferAddress(), at, count);
  }
}
