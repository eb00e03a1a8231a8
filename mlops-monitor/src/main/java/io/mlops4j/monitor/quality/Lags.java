package io.mlops4j.monitor.quality;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts how many rows before a row its last equal row was, in powers of two. Only hashes with
 * enough leading zeros are followed, so that memory is bounded.
 */
final class Lags {
  private static final int POWERS = 48;
  private static final int MOST = 1 << 16;

  private final Map<Long, Long> last = new HashMap<>();
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
    Long before = last.put(hash, row);
    if (before != null) {
      lags[Math.min(POWERS - 1, 63 - Long.numberOfLeadingZeros(row - before))]++;
    } else if (last.size() > MOST) {
      level++;
      last.keySet().removeIf(one -> Long.numberOfLeadingZeros(one) < level);
    }
  }

  List<Long> counts() {
    return Arrays.stream(lags).boxed().toList();
  }

  long rows() {
    return followed;
  }
}
