package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.runtime.binding.type.Validity;
import io.mlops4j.runtime.memory.Native;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;

/**
 * Decodes text of Arrow vectors strictly. Its memory is reused, so it is for one call at a time.
 *
 * <p>Offsets and bytes may come from files that are not trusted, so each is checked before it is
 * used.
 */
final class TextDecoder {
  /** The number of bytes that are copied to the heap at once. */
  private static final int CHUNK = 1 << 16;

  private static final char REPLACEMENT = '\uFFFD';

  private final ShortTexts known = new ShortTexts();
  private byte[] chunk = {};

  /**
   * Decodes a range of values.
   *
   * @param first the first value to read
   * @param count the number of values
   * @param nulls the address of a validity bitmap of the vector, whose nulls are skipped; 0 without
   *     nulls
   * @param at the first index to write
   * @param stride the distance of the next index to write
   * @param perRow the number of values in a row, for messages
   * @throws ModelInputException if an offset or a text is damaged
   */
  void read(
      ColumnSource source,
      FieldVector column,
      int first,
      int count,
      long nulls,
      String[] into,
      int at,
      int stride,
      int perRow) {
    Range range = new Range(source, column, first + count);
    int done = 0;
    while (done < count) {
      long start = range.start(first + done);
      int more = done;
      long end = start;
      while (more < count) {
        long next = range.end(first + more, end, (at + more * stride) / (stride * perRow));
        if (next - start > CHUNK && more > done) {
          break;
        }
        end = next;
        more++;
      }
      byte[] bytes = room((int) (end - start));
      range.copy(start, bytes, (int) (end - start));
      for (; done < more; done++) {
        int value = first + done;
        if (nulls == 0 || !Validity.isNull(nulls, value)) {
          long from = range.start(value);
          int index = at + done * stride;
          int length = (int) (range.start(value + 1) - from);
          String text = known.find(bytes, (int) (from - start), length);
          if (text == null) {
            text = decode(source, bytes, (int) (from - start), length, index / (stride * perRow));
            known.add(text, bytes, (int) (from - start), length);
          }
          into[index] = text;
        }
      }
    }
  }

  private byte[] room(int bytes) {
    if (bytes > CHUNK) {
      return new byte[bytes]; // one long text
    }
    if (chunk.length < bytes) {
      chunk = new byte[Math.max(bytes, Math.min(CHUNK, 2 * chunk.length))];
    }
    return chunk;
  }

  /** Decodes one value; the row is for messages. */
  String one(ColumnSource source, FieldVector column, int index, int row) {
    Range range = new Range(source, column, index + 1);
    long start = range.start(index);
    int length = (int) (range.end(index, start, row) - start);
    byte[] bytes = room(length);
    range.copy(start, bytes, length);
    return decode(source, bytes, 0, length, row);
  }

  /**
   * Decodes with Java's fast and lenient decoder, and checks only texts that have a replacement
   * character.
   */
  private static String decode(ColumnSource source, byte[] bytes, int from, int length, int row) {
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, length));
      } catch (CharacterCodingException e) {
        throw new ModelInputException(
            source.column(),
            "bytes that are not UTF-8 in row " + row + ", read as \"" + text + "\"",
            "text in UTF-8; decode it from its own charset first");
      }
    }
    return text;
  }

  private static final class Range {
    private final ColumnSource source;
    private final boolean wide;
    private final long offsets;
    private final ArrowBuf data;
    private final long capacity;

    Range(ColumnSource source, FieldVector column, int values) {
      this.source = source;
      this.wide = column instanceof LargeVarCharVector;
      InputColumns.checkCapacity(source, column.getOffsetBuffer(), (values + 1L) * (wide ? 8 : 4));
      this.offsets = column.getOffsetBuffer().memoryAddress();
      this.data = column.getDataBuffer();
      this.capacity = data.capacity();
    }

    long start(int index) {
      return wide ? Native.getLong(offsets + 8L * index) : Native.getInt(offsets + 4L * index);
    }

    /** Returns the end of a value, which must begin at the end of the previous value. */
    long end(int index, long start, int row) {
      long end = start(index + 1);
      if (start < 0 || end < start || end > capacity || end - start > InputPlan.LIMIT) {
        throw new ModelInputException(
            source.column(),
            "text from byte " + start + " to " + end + " in row " + row,
            "a range inside its " + capacity + " bytes; the data is damaged");
      }
      return end;
    }

    void copy(long start, byte[] into, int bytes) {
      Native.copy(data.memoryAddress() + start, into, 0, bytes);
    }
  }
}
