package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;

/**
 * Counts distinct row hashes in bounded memory: distinct sampling (Gibbons, 2001). Hashes with a
 * number of leading zero bits are kept with their counts; if there are too many, one more zero is
 * required. All rows with equal hashes are kept or left out together, so the share of repeated rows
 * among those that are kept is an estimate without bias.
 */
final class Repeats {
  private static final int MOST = 4096;

  private long[] hashes = new long[64]; // 0 is empty
  private int[] counts = new int[64];
  private int level;
  private int distinct;
  private long rows;

  Repeats() {}

  Repeats(StateReader in) {
    level = in.length(0);
    int size = in.length(12);
    for (int i = 0; i < size; i++) {
      add(in.int64(), in.length(0));
    }
  }

  /** Writes the hashes in order, so that equal states have equal bytes. */
  void write(StateWriter out) {
    out.put(level).put(distinct);
    java.util.stream.IntStream.range(0, hashes.length)
        .filter(slot -> hashes[slot] != 0)
        .boxed()
        .sorted((a, b) -> Long.compare(hashes[a], hashes[b]))
        .forEach(slot -> out.put(hashes[slot]).put(counts[slot]));
  }

  void add(long hash) {
    add(hash == 0 ? 1 : hash, 1);
  }

  private void add(long hash, int times) {
    if (Long.numberOfLeadingZeros(hash) < level) {
      return;
    }
    int slot = slot(hash);
    if (hashes[slot] == 0) {
      hashes[slot] = hash;
      distinct++;
    }
    counts[slot] = Math.max(counts[slot], counts[slot] + times); // no overflow
    rows += times;
    if (2 * distinct > hashes.length) {
      rebuild(2 * hashes.length);
    }
    while (distinct > MOST) {
      level++;
      rebuild(hashes.length);
    }
  }

  private int slot(long hash) {
    int mask = hashes.length - 1;
    int slot = (int) hash & mask;
    while (hashes[slot] != 0 && hashes[slot] != hash) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void rebuild(int length) {
    long[] oldHashes = hashes;
    int[] oldCounts = counts;
    hashes = new long[length];
    counts = new int[length];
    distinct = 0;
    rows = 0;
    for (int i = 0; i < oldHashes.length; i++) {
      if (oldHashes[i] != 0) {
        add(oldHashes[i], oldCounts[i]);
      }
    }
  }

  void append(Repeats later) {
    level = Math.max(level, later.level);
    rebuild(hashes.length);
    for (int i = 0; i < later.hashes.length; i++) {
      if (later.hashes[i] != 0) {
        add(later.hashes[i], later.counts[i]);
      }
    }
  }

  /** The number of rows whose hashes are kept. */
  long rows() {
    return rows;
  }

  /** The number of those that equal an earlier row. */
  long repeated() {
    return rows - distinct;
  }

  /**
   * The standard error of the share of repeated rows, because not all hashes are kept: that of a
   * ratio of sums over clusters. Source: Cochran, <em>Sampling Techniques</em>, 3rd edition (1977),
   * section 9A.1.
   */
  double error() {
    double ratio = (double) distinct / rows;
    double squares = 0;
    for (int count : counts) {
      squares += count == 0 ? 0 : (1 - ratio * count) * (1 - ratio * count);
    }
    double left = 1 - Math.scalb(1.0, -level);
    return rows == 0 ? 0 : Math.sqrt(left * squares) / rows;
  }
}
