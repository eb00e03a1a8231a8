package io.mlops4j.monitor.quality;

import java.util.Arrays;
import java.util.List;

/**
 * Counts how many rows before a row its last equal row was, in powers of two. Only hashes with
 * enough leading zeros are followed, so that memory is bounded.
 */
final class Lags {
  private static final int POWERS = 48;
  private static final int MOST = 1 << 16;
  private static final int FIRST = 64;

  private long[] slots = new long[2 * FIRST]; // a hash, or 0 if empty, then its last row
  private int size;
  private final long[] lags = new long[POWERS];
  private long followed;
  private int level;
  private long row;

  void add(long hash) {
    row++;
    if (Long.numberOfLeadingZeros(hash) < level) {
      return;
    }
    followed++;
    long before = put(hash == 0 ? 1 : hash, row);
    if (before > 0) {
      lags[Math.min(POWERS - 1, 63 - Long.numberOfLeadingZeros(row - before))]++;
    } else if (size > MOST) {
      level++;
      rebuild(slots.length);
    } else if (4 * size > slots.length) {
      rebuild(2 * slots.length);
    }
  }

  /** Returns the row before; 0 without one. */
  private long put(long hash, long at) {
    int mask = slots.length - 2;
    int slot = (int) hash & mask;
    while (slots[slot] != 0 && slots[slot] != hash) {
      slot = (slot + 2) & mask;
    }
    long before = slots[slot + 1];
    size += slots[slot] == 0 ? 1 : 0;
    slots[slot] = hash;
    slots[slot + 1] = at;
    return before;
  }

  /** Keeps the hashes that are followed. */
  private void rebuild(int length) {
    long[] old = slots;
    slots = new long[length];
    size = 0;
    for (int i = 0; i < old.length; i += 2) {
      if (old[i] != 0 && Long.numberOfLeadingZeros(old[i]) >= level) {
        put(old[i], old[i + 1]);
      }
    }
  }

  List<Long> counts() {
    return Arrays.stream(lags).boxed().toList();
  }

  long rows() {
    return followed;
  }
}
