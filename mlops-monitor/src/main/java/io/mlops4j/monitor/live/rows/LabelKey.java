package io.mlops4j.monitor.live.rows;

import io.mlops4j.inference.PredictionId;
import java.nio.charset.StandardCharsets;

/**
 * The key of a row as 128 bits, so that a store needs 16 bytes for a key of any length. Of ten
 * million different keys two are equal with a probability below 10<sup>-24</sup>.
 */
public record LabelKey(long high, long low) {
  private static final long FIRST = 0x87c37b91114253d5L;
  private static final long SECOND = 0x4cf5ad432745937fL;

  public static LabelKey of(String key) {
    return of(key.getBytes(StandardCharsets.UTF_8));
  }

  public static LabelKey of(PredictionId id) {
    return finished(mixed(id.process(), FIRST) + id.row(), mixed(id.call(), SECOND), 20);
  }

  /** MurmurHash3 in its 128-bit form for 64-bit machines, with seed 0. */
  private static LabelKey of(byte[] bytes) {
    long h1 = 0;
    long h2 = 0;
    int at = 0;
    for (; at + 16 <= bytes.length; at += 16) {
      h1 ^= mixed(word(bytes, at, 8), FIRST);
      h1 = (Long.rotateLeft(h1, 27) + h2) * 5 + 0x52dce729L;
      h2 ^= mixed(word(bytes, at + 8, 8), SECOND);
      h2 = (Long.rotateLeft(h2, 31) + h1) * 5 + 0x38495ab5L;
    }
    int rest = bytes.length - at;
    if (rest > 8) {
      h2 ^= mixed(word(bytes, at + 8, rest - 8), SECOND);
    }
    if (rest > 0) {
      h1 ^= mixed(word(bytes, at, Math.min(rest, 8)), FIRST);
    }
    return finished(h1, h2, bytes.length);
  }

  private static long word(byte[] bytes, int from, int length) {
    long word = 0;
    for (int i = length - 1; i >= 0; i--) {
      word = (word << 8) | (bytes[from + i] & 0xff);
    }
    return word;
  }

  private static long mixed(long word, long first) {
    long rotated = Long.rotateLeft(word * first, first == FIRST ? 31 : 33);
    return rotated * (first == FIRST ? SECOND : FIRST);
  }

  private static LabelKey finished(long high, long low, int length) {
    long h1 = high ^ length;
    long h2 = low ^ length;
    h1 += h2;
    h2 += h1;
    h1 = finished(h1);
    h2 = finished(h2);
    h1 += h2;
    h2 += h1;
    return new LabelKey(h1, h2);
  }

  private static long finished(long hash) {
    long h = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }
}
