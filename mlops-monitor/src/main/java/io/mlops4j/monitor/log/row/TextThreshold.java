package io.mlops4j.monitor.log.row;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Decides which texts are common enough to be written: those that so many rows with different keys
 * had. Used by the log's thread only.
 *
 * <p>Texts are remembered by a hash whose seed is drawn anew for each log. At most 100 000 texts of
 * a column are remembered. Beyond that the log forgets the texts that are still withheld and counts
 * them from zero. A text is therefore never written too early.
 */
public final class TextThreshold {
  private static final int MOST_TEXTS = 100_000;
  private static final long[] RELEASED = {};

  private final int rows;
  private final long seed;
  private final Map<String, Map<Long, long[]>> columns = new HashMap<>();

  /**
   * @param rows how many rows must have a text
   */
  public TextThreshold(int rows, long seed) {
    this.rows = rows;
    this.seed = seed;
  }

  /**
   * Counts a row with this text.
   *
   * @param key a hash of the row's key
   * @return whether the text may be written
   */
  boolean releases(String column, byte[] text, long key) {
    Map<Long, long[]> texts = columns.computeIfAbsent(column, name -> new HashMap<>());
    long hash = Hashes.of(text, seed);
    long[] keys = texts.get(hash);
    if (keys == null) {
      if (texts.size() >= MOST_TEXTS) {
        texts.values().removeIf(seen -> seen != RELEASED);
      }
      keys = new long[0];
    } else if (keys == RELEASED) {
      return true;
    }
    if (Arrays.stream(keys).noneMatch(seen -> seen == key)) {
      keys = Arrays.copyOf(keys, keys.length + 1);
      keys[keys.length - 1] = key;
    }
    boolean released = keys.length >= rows;
    if (texts.size() < MOST_TEXTS || texts.containsKey(hash)) {
      texts.put(hash, released ? RELEASED : keys);
    }
    return released;
  }
}
