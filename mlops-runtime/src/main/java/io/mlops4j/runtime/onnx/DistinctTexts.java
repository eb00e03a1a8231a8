package io.mlops4j.runtime.onnx;

import io.mlops4j.runtime.memory.Native;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds the distinct texts of a column, and numbers them. For one call at a time. */
final class DistinctTexts {
  /** With fewer rows for each distinct text, numbering costs more than it saves. */
  private static final int ROWS_PER_TEXT = 4;

  private static final int MOST = 1 << 12;

  private @Nullable String[] texts = {};

  /** Numbers of texts by their hash, from 1; 0 for an empty place. */
  private int[] places = {};

  private int count;

  /**
   * Writes the number of each text.
   *
   * @param codes the address of an int32 for each text
   * @return false if there are too many distinct texts; then the numbers are not complete
   */
  boolean number(String[] column, long codes) {
    int most = Math.min(MOST, column.length / ROWS_PER_TEXT);
    begin(most);
    for (int row = 0; row < column.length; row++) {
      int code = code(column[row], most);
      if (code < 0) {
        return false;
      }
      Native.putInt(codes + 4L * row, code);
    }
    return true;
  }

  private void begin(int most) {
    clear();
    if (texts.length < most) {
      texts = new String[most];
      places = new int[2 * Integer.highestOneBit(2 * most)]; // at most half full
    }
  }

  /** Returns the number of a text, or -1 if it would be one too many. */
  private int code(String text, int most) {
    int place = (text.hashCode() * 0x9E3779B9) >>> 1;
    while (true) {
      place &= places.length - 1;
      int code = places[place] - 1;
      if (code < 0) {
        return count == most ? -1 : add(text, place);
      }
      String known = texts[code];
      if (text.equals(known)) {
        return code;
      }
      place++;
    }
  }

  private int add(String text, int place) {
    texts[count] = text;
    places[place] = ++count;
    return count - 1;
  }

  /** Returns the distinct texts, in the order of their numbers. */
  String[] texts() {
    return Arrays.copyOf(texts, count, String[].class);
  }

  /** Drops the texts. */
  void clear() {
    Arrays.fill(texts, 0, count, null);
    Arrays.fill(places, 0);
    count = 0;
  }
}
