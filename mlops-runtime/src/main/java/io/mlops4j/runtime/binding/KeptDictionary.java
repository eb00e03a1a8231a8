package io.mlops4j.runtime.binding;

import io.mlops4j.runtime.memory.Native;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.jspecify.annotations.Nullable;

/**
 * The decoded texts of a dictionary, kept between calls.
 *
 * <p>Batches of one reader share a dictionary, and decoding is much slower than comparing. But the
 * memory of a dictionary may be overwritten between two calls, even if the object is the same. So
 * each call compares the bytes with those that were decoded.
 */
final class KeptDictionary {
  /**
   * The limit of bytes to compare for each row, which is little work compared to an engine's work
   * with texts.
   */
  private static final int BYTES_PER_ROW = 16;

  private static final int SMALL = 1 << 12;

  /**
   * A dictionary that has this many times more words than the batch has rows is not decoded as a
   * whole.
   */
  private static final int WORTH_DECODING = 4;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private byte[] seen = {};
  private int seenOffsets = -1;
  private @Nullable String[] texts = {};

  /**
   * Returns the texts that are decoded already; the caller completes them.
   *
   * @return one text for each word, null if not decoded; empty if texts are not kept
   */
  @Nullable String[] texts(FieldVector words, int rows) {
    int count = words.getValueCount();
    int width = words instanceof LargeVarCharVector ? 8 : 4;
    long offsetBytes = (count + 1L) * width;
    ArrowBuf offsets = words.getOffsetBuffer();
    ArrowBuf data = words.getDataBuffer();
    long bytes = count == 0 || offsets.capacity() < offsetBytes ? -1 : end(offsets, count, width);
    long most = Math.max(SMALL, (long) rows * BYTES_PER_ROW);
    if (bytes < 0 || bytes > data.capacity() || offsetBytes + bytes > most) {
      seenOffsets = -1;
      return new String[count <= (long) rows * WORTH_DECODING ? count : 0];
    }
    if (seenOffsets != offsetBytes
        || seen.length != offsetBytes + bytes
        || texts.length != count
        || !same(offsets.memoryAddress(), 0, (int) offsetBytes)
        || !same(data.memoryAddress(), (int) offsetBytes, (int) bytes)) {
      seen = new byte[(int) (offsetBytes + bytes)];
      seenOffsets = (int) offsetBytes;
      Native.copy(offsets.memoryAddress(), seen, 0, seenOffsets);
      Native.copy(data.memoryAddress(), seen, seenOffsets, (int) bytes);
      texts = new String[count];
    }
    return texts;
  }

  private static long end(ArrowBuf offsets, int count, int width) {
    return width == 8 ? offsets.getLong(8L * count) : offsets.getInt(4L * count);
  }

  private boolean same(long address, int from, int bytes) {
    int i = 0;
    for (; i + 8 <= bytes; i += 8) {
      if ((long) LONGS.get(seen, from + i) != Native.getLong(address + i)) {
        return false;
      }
    }
    for (; i < bytes; i++) {
      if (seen[from + i] != Native.getByte(address + i)) {
        return false;
      }
    }
    return true;
  }
}
