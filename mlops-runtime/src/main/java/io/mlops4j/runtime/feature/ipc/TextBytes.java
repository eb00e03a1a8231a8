package io.mlops4j.runtime.feature.ipc;

import io.mlops4j.runtime.memory.Native;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.vector.BaseVariableWidthVector;

/** Checks that texts are UTF-8. Bytes of one text that are all ASCII need no further look. */
final class TextBytes {
  private static final long NOT_ASCII = 0x8080808080808080L;

  private TextBytes() {}

  /**
   * Checks every text that is not null. The offsets were checked before.
   *
   * @throws IllegalArgumentException if a text is not UTF-8; the message names the vector and the
   *     row
   */
  static void check(BaseVariableWidthVector texts) {
    int rows = texts.getValueCount();
    if (rows == 0) {
      return;
    }
    long offsets = texts.getOffsetBuffer().memoryAddress();
    long data = texts.getDataBuffer().memoryAddress();
    int first = Native.getInt(offsets);
    int end = Native.getInt(offsets + 4L * rows);
    if (isAscii(data + first, end - first)) {
      return;
    }
    for (int row = 0; row < rows; row++) {
      int from = Native.getInt(offsets + 4L * row);
      int length = Native.getInt(offsets + 4L * row + 4) - from;
      if (!isAscii(data + from, length) && !texts.isNull(row)) {
        byte[] text = new byte[length];
        Native.copy(data + from, text, 0, length);
        if (!isUtf8(text)) {
          throw new IllegalArgumentException(
              texts.getName() + ": found bytes that are not UTF-8 in row " + row);
        }
      }
    }
  }

  /** Arrow's own check accepts a text that ends within a character. */
  private static boolean isUtf8(byte[] text) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean isAscii(long address, int length) {
    int at = 0;
    for (; at + 8 <= length; at += 8) {
      if ((Native.getLong(address + at) & NOT_ASCII) != 0) {
        return false;
      }
    }
    for (; at < length; at++) {
      if (Native.getByte(address + at) < 0) {
        return false;
      }
    }
    return true;
  }
}
