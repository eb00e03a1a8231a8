package io.mlops4j.runtime.onnx;

import io.mlops4j.runtime.memory.Native;

/** Text as UTF-8 in native memory. Nothing here makes an object. */
final class Utf8 {
  private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

  private Utf8() {}

  /** Returns the number of bytes of a text; -1 if it has half of a surrogate pair. */
  static int length(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x800 && !Character.isSurrogate(c)) {
        bytes += 2;
      } else if (c >= 0x800) {
        if (Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          bytes += 2; // four bytes for two chars
          i++;
        } else {
          return -1;
        }
      } else if (c >= 0x80) {
        bytes++;
      }
    }
    return bytes;
  }

  /**
   * Writes a text that has a {@link #length}.
   *
   * @return the address after its last byte
   */
  static long put(String text, long to) {
    long address = to;
    for (int i = 0; i < text.length(); i++) {
      int c = text.charAt(i);
      if (c < 0x80) {
        Native.putByte(address++, (byte) c);
      } else if (c < 0x800) {
        Native.putByte(address++, (byte) (0xc0 | (c >> 6)));
        address = putRest(c, 1, address);
      } else if (!Character.isSurrogate((char) c)) {
        Native.putByte(address++, (byte) (0xe0 | (c >> 12)));
        address = putRest(c, 2, address);
      } else {
        int whole = text.codePointAt(i++);
        Native.putByte(address++, (byte) (0xf0 | (whole >> 18)));
        address = putRest(whole, 3, address);
      }
    }
    return address;
  }

  /** Writes the last bytes of a character, each of which has six of its bits. */
  private static long putRest(int c, int count, long to) {
    for (int i = 0; i < count; i++) {
      Native.putByte(to + i, (byte) (0x80 | ((c >> (6 * (count - 1 - i))) & 0x3f)));
    }
    return to + count;
  }

  static boolean isAscii(long address, long bytes) {
    long i = 0;
    for (; i + 8 <= bytes; i += 8) {
      if ((Native.getLong(address + i) & NOT_ASCII) != 0) {
        return false;
      }
    }
    for (; i < bytes; i++) {
      if (Native.getByte(address + i) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether bytes are UTF-8: whole characters, each in its shortest form. */
  static boolean isValid(long address, long bytes) {
    long end = address + bytes;
    long i = address;
    while (i < end) {
      int first = Native.getByte(i) & 0xff;
      int rest = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
      if (first >= 0x80 && (first < 0xc2 || first > 0xf4 || i + rest >= end)) {
        return false;
      }
      for (int k = 1; k <= rest; k++) {
        int next = Native.getByte(i + k) & 0xff;
        if (next < 0x80 || next > 0xbf || (k == 1 && !canFollow(first, next))) {
          return false;
        }
      }
      i += 1 + rest;
    }
    return true;
  }

  /** Excludes long forms, surrogates and numbers above the last character. */
  private static boolean canFollow(int first, int second) {
    return switch (first) {
      case 0xe0 -> second >= 0xa0;
      case 0xed -> second < 0xa0;
      case 0xf0 -> second >= 0x90;
      case 0xf4 -> second < 0x90;
      default -> true;
    };
  }
}
