package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.runtime.memory.Native;

/** Ranges of bits at addresses, the lowest bit first, as both DuckDB and Arrow have them. */
final class Bits {
  private Bits() {}

  /**
   * Copies a range of bits.
   *
   * @param from the address of the source, or 0 for ones
   */
  static void copy(long from, long fromBit, long to, long toBit, int count) {
    int done = 0;
    while (done < count) {
      long target = toBit + done;
      long source = fromBit + done;
      if ((target & 7) == 0 && count - done >= 8) {
        int eight = from == 0 ? 0xff : eight(from, source);
        Native.putByte(to + (target >> 3), (byte) eight);
        done += 8;
      } else {
        set(to, target, from == 0 || get(from, source) != 0);
        done++;
      }
    }
  }

  private static int eight(long from, long bit) {
    int shift = (int) (bit & 7);
    long address = from + (bit >> 3);
    int low = Native.getByte(address) & 0xff;
    // The next byte holds a bit of the range whenever the shift is not 0.
    return shift == 0
        ? low
        : (low >>> shift) | (((Native.getByte(address + 1) & 0xff) << (8 - shift)) & 0xff);
  }

  /** Returns a bit as 0 or 1. */
  static int get(long from, long bit) {
    return Native.getByte(from + (bit >> 3)) >> (int) (bit & 7) & 1;
  }

  /** Whether all bits of a range are ones. */
  static boolean allSet(long from, long fromBit, int count) {
    int done = 0;
    for (; count - done >= 8; done += 8) {
      if (eight(from, fromBit + done) != 0xff) {
        return false;
      }
    }
    for (; done < count; done++) {
      if (get(from, fromBit + done) == 0) {
        return false;
      }
    }
    return true;
  }

  static void set(long to, long bit, boolean value) {
    long address = to + (bit >> 3);
    int mask = 1 << (int) (bit & 7);
    int old = Native.getByte(address);
    Native.putByte(address, (byte) (value ? old | mask : old & ~mask));
  }
}
