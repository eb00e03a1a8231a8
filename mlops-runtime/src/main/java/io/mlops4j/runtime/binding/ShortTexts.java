package io.mlops4j.runtime.binding;

import org.jspecify.annotations.Nullable;

/**
 * The texts of up to seven bytes that were decoded last, such as codes of airports. A column often
 * has few different ones, and a text that is found is neither decoded nor allocated again. A text
 * replaces another one with the same place. For one call at a time.
 */
final class ShortTexts {
  private static final int LONGEST = 7;
  private static final int PLACES = 1 << 9;

  /** The bytes of a text, and its length above them; 0 for an empty place. */
  private final long[] keys = new long[PLACES];

  private final @Nullable String[] texts = new String[PLACES];

  @Nullable String find(byte[] bytes, int from, int length) {
    if (length > LONGEST || length == 0) {
      return null;
    }
    long key = key(bytes, from, length);
    int place = place(key);
    return keys[place] == key ? texts[place] : null;
  }

  void add(String text, byte[] bytes, int from, int length) {
    if (length <= LONGEST && length > 0) {
      long key = key(bytes, from, length);
      keys[place(key)] = key;
      texts[place(key)] = text;
    }
  }

  private static long key(byte[] bytes, int from, int length) {
    long key = length;
    for (int i = 0; i < length; i++) {
      key = (key << 8) | (bytes[from + i] & 0xFF);
    }
    return key;
  }

  private static int place(long key) {
    return (int) ((key * 0x9E3779B97F4A7C15L) >>> 55);
  }
}
