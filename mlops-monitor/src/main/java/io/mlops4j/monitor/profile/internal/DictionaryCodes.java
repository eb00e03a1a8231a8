package io.mlops4j.monitor.profile.internal;

import io.mlops4j.error.DataException;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;

/** Counts the codes of a dictionary-encoded column. */
public final class DictionaryCodes {
  private static final int FEW = 1 << 12;

  private final int entries;
  private final int[] codes = new int[Chunk.SIZE];
  private final Validity validity = new Validity();
  private final long[] even;
  private final long[] odd; // for few entries; a count that was just stored cannot be read at once
  private long missing;

  public DictionaryCodes(int entries) {
    this.entries = entries;
    this.even = new long[entries];
    this.odd = entries <= FEW ? new long[entries] : even;
  }

  public void count(FieldVector column) {
    int rows = column.getValueCount();
    boolean nulls = column.getNullCount() > 0;
    for (int from = 0; from < rows; from += Chunk.SIZE) {
      int length = Math.min(Chunk.SIZE, rows - from);
      read(column, from, length);
      int kept = nulls ? keepValid(column.getValidityBufferAddress(), from, length) : length;
      missing += length - kept;
      check(column.getName(), kept);
      count(kept);
    }
  }

  /** Reads codes. A code that no int can hold becomes -1, which is in no dictionary. */
  private void read(FieldVector column, int from, int length) {
    long address = column.getDataBufferAddress();
    switch (column.getMinorType()) {
      case TINYINT -> {
        for (int i = 0; i < length; i++) {
          codes[i] = MemoryUtil.getByte(address + from + i);
        }
      }
      case UINT1 -> {
        for (int i = 0; i < length; i++) {
          codes[i] = MemoryUtil.getByte(address + from + i) & 0xff;
        }
      }
      case SMALLINT -> {
        for (int i = 0; i < length; i++) {
          codes[i] = MemoryUtil.getShort(address + 2L * (from + i));
        }
      }
      case UINT2 -> {
        for (int i = 0; i < length; i++) {
          codes[i] = MemoryUtil.getShort(address + 2L * (from + i)) & 0xffff;
        }
      }
      case INT, UINT4 -> {
        for (int i = 0; i < length; i++) {
          codes[i] = MemoryUtil.getInt(address + 4L * (from + i));
        }
      }
      case BIGINT, UINT8 -> {
        for (int i = 0; i < length; i++) {
          long code = MemoryUtil.getLong(address + 8L * (from + i));
          codes[i] = code == (int) code ? (int) code : -1;
        }
      }
      default -> throw new IllegalStateException("no codes: " + column.getField());
    }
  }

  private int keepValid(long address, int from, int length) {
    if (validity.read(address, from, length)) {
      return length;
    }
    int kept = 0;
    for (int base = 0; base < length; base += Long.SIZE) {
      for (long rest = validity.word(base >>> 6); rest != 0; rest &= rest - 1) {
        codes[kept++] = codes[base + Long.numberOfTrailingZeros(rest)];
      }
    }
    return kept;
  }

  private void check(String name, int length) {
    int wrong = 0;
    for (int i = 0; i < length; i++) { // no early exit, so that the compiler vectorises the loop
      wrong += (codes[i] >>> 31) + ((entries - 1 - codes[i]) >>> 31);
    }
    for (int i = 0; wrong > 0 && i < length; i++) {
      if (codes[i] < 0 || codes[i] >= entries) {
        throw new DataException(
            "%s: found code %d, expected 0 to %d as in its dictionary"
                .formatted(name, codes[i], entries - 1),
            null);
      }
    }
  }

  private void count(int length) {
    int pairs = length & ~1;
    for (int i = 0; i < pairs; i += 2) {
      even[codes[i]]++;
      odd[codes[i + 1]]++;
    }
    if (pairs < length) {
      even[codes[pairs]]++;
    }
  }

  public long times(int code) {
    return odd == even ? even[code] : even[code] + odd[code];
  }

  public long missing() {
    return missing;
  }
}
