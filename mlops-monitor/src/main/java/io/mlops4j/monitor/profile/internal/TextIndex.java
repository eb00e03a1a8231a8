package io.mlops4j.monitor.profile.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Numbers distinct texts from 0 in order of arrival, by their UTF-8 bytes and without creating a
 * String for each cell. Open addressing, at most half full.
 */
public final class TextIndex {
  private byte[][] texts = new byte[16][];
  private int[] slots = new int[64]; // a number plus 1, or 0 if empty
  private int size;

  public int size() {
    return size;
  }

  public byte[] text(int number) {
    return texts[number];
  }

  public String name(int number) {
    return new String(texts[number], StandardCharsets.UTF_8);
  }

  /** Returns the number of a text, or -1 if it was never added. */
  public int find(byte[] bytes, int length) {
    return slots[slot(bytes, length)] - 1;
  }

  /** Returns the number of a text; a new text gets a new number. */
  public int add(byte[] bytes, int length) {
    int slot = slot(bytes, length);
    if (slots[slot] > 0) {
      return slots[slot] - 1;
    }
    if (size == texts.length) {
      texts = Arrays.copyOf(texts, 2 * size);
    }
    texts[size] = Arrays.copyOf(bytes, length);
    slots[slot] = ++size;
    if (2 * size > slots.length) {
      grow();
    }
    return size - 1;
  }

  private int slot(byte[] bytes, int length) {
    int mask = slots.length - 1;
    int slot = hash(bytes, length) & mask;
    while (slots[slot] > 0 && !isText(slots[slot] - 1, bytes, length)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private boolean isText(int number, byte[] bytes, int length) {
    byte[] text = texts[number];
    return Arrays.equals(text, 0, text.length, bytes, 0, length);
  }

  private static int hash(byte[] bytes, int length) {
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + bytes[i];
    }
    return (hash * 0x9e3779b9) >>> 7;
  }

  private void grow() {
    slots = new int[2 * slots.length];
    for (int number = 0; number < size; number++) {
      slots[slot(texts[number], texts[number].length)] = number + 1;
    }
  }
}
