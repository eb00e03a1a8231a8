package io.mlops4j.monitor.log.row;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;

/**
 * Appends many values at once. Arrow checks capacity, bounds and reference counts for each value,
 * which costs more than writing it. The vectors grow as needed; the caller sets their value count.
 */
final class Bulk {
  private Bulk() {}

  /** Writes the same number to some rows of a column of 64-bit numbers. */
  static void fill(BaseFixedWidthVector vector, int from, int count, long value) {
    reserve(vector, from + count);
    long address = vector.getDataBufferAddress() + (long) from * Long.BYTES;
    for (int i = 0; i < count; i++) {
      MemoryUtil.putLong(address + (long) i * Long.BYTES, value);
    }
    setValid(vector.getValidityBuffer(), from, count);
  }

  /** Writes false to some rows of a column that has no values from there on. */
  static void fillFalse(BitVector vector, int from, int count) {
    reserve(vector, from + count);
    setValid(vector.getValidityBuffer(), from, count); // new data are zero
  }

  /** Appends texts to a column that has a text, and no null, in each row before. */
  static void append(VarCharVector vector, int from, IdTexts texts) {
    int count = texts.count();
    while (vector.getValueCapacity() < from + count) {
      vector.reallocValidityAndOffsetBuffers();
    }
    int start = vector.getOffsetBuffer().getInt((long) from * Integer.BYTES);
    int end = Math.addExact(start, texts.length());
    if (vector.getDataBuffer().capacity() < end) {
      vector.reallocDataBuffer(Math.max(end, 2 * vector.getDataBuffer().capacity()));
    }
    vector.getDataBuffer().setBytes(start, texts.bytes(), 0, texts.length());
    long offsets = vector.getOffsetBufferAddress() + (from + 1L) * Integer.BYTES;
    for (int i = 0; i < count; i++) {
      MemoryUtil.putInt(offsets + (long) i * Integer.BYTES, start + texts.end(i));
    }
    setValid(vector.getValidityBuffer(), from, count);
    vector.setLastSet(from + count - 1);
  }

  /** Copies rows of a column without nulls; returns whether it did. */
  static boolean copy(FieldVector target, int to, FieldVector source, int from, int count) {
    if (!(target instanceof BaseFixedWidthVector into
            && source instanceof BaseFixedWidthVector values)
        || target instanceof BitVector
        || source.getNullCount() > 0) {
      return false;
    }
    reserve(into, to + count);
    long width = into.getTypeWidth();
    into.getDataBuffer().setBytes(to * width, values.getDataBuffer(), from * width, count * width);
    setValid(into.getValidityBuffer(), to, count);
    return true;
  }

  private static void reserve(BaseFixedWidthVector vector, int rows) {
    while (vector.getValueCapacity() < rows) {
      vector.reAlloc();
    }
  }

  /** Sets a range of bits. */
  private static void setValid(ArrowBuf bits, int from, int count) {
    int end = from + count;
    int at = from;
    for (; at < end && (at & 7) != 0; at++) {
      set(bits, at);
    }
    bits.setOne((long) at >>> 3, (long) (end - at) >>> 3);
    for (at += end - at & ~7; at < end; at++) {
      set(bits, at);
    }
  }

  private static void set(ArrowBuf bits, int at) {
    bits.setByte(at >>> 3, bits.getByte(at >>> 3) | 1 << (at & 7));
  }
}
