package io.mlops4j.monitor.quality;

import java.util.stream.LongStream;

/** A fixed set of cells. Open addressing, at most half full. */
final class LongSet {
  private final long[] slots;
  private final boolean zero;

  LongSet(long... values) {
    long[] distinct = LongStream.of(values).distinct().toArray();
    slots = new long[Integer.highestOneBit(Math.max(1, distinct.length)) * 4];
    zero = LongStream.of(distinct).anyMatch(value -> value == 0);
    for (long value : distinct) {
      if (value != 0) {
        slots[slot(value)] = value;
      }
    }
  }

  boolean contains(long value) {
    return value == 0 ? zero : slots[slot(value)] == value;
  }

  private int slot(long value) {
    int mask = slots.length - 1;
    int slot = (int) Cells.mix(value) & mask;
    while (slots[slot] != 0 && slots[slot] != value) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
