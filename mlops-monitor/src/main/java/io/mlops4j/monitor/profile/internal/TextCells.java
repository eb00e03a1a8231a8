package io.mlops4j.monitor.profile.internal;

import io.mlops4j.error.DataException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** Reads texts, and values that count as text, from Arrow columns by address. */
public final class TextCells {
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.UTF_8);
  private static final byte[] TRUE = "true".getBytes(StandardCharsets.UTF_8);

  private TextCells() {}

  /** Receives texts. */
  public interface Texts {
    /**
     * Receives cells that hold one text.
     *
     * @param bytes the text in UTF-8, from index 0; reused
     * @param length the number of bytes
     * @param times the number of cells that hold it
     */
    void take(byte[] bytes, int length, long times);

    void missing(long cells);
  }

  public static FieldVector dictionary(FieldVector column, DictionaryProvider dictionaries) {
    long id = column.getField().getDictionary().getId();
    Dictionary dictionary = dictionaries.lookup(id);
    if (dictionary == null) {
      throw new DataException(
          column.getName() + ": found no dictionary with id " + id + " in the batch", null);
    }
    return dictionary.getVector();
  }

  public static void texts(
      FieldVector column, DictionaryProvider dictionaries, Chunk chunk, Texts to) {
    if (column.getField().getDictionary() != null) {
      encoded(column, dictionary(column, dictionaries), to);
    } else if (column instanceof BitVector bits) {
      booleans(bits, to);
    } else if (column instanceof BigIntVector || column instanceof UInt8Vector) {
      wholes(column, to);
    } else if (ColumnKind.of(column, dictionaries) == ColumnKind.NUMBERS) {
      NumberCells.read(column, chunk, new Names(to));
    } else if (column instanceof ViewVarCharVector views) {
      viewed(views, to);
    } else {
      plain(column, null, to);
    }
  }

  private static void viewed(ViewVarCharVector column, Texts to) {
    for (int row = 0; row < column.getValueCount(); row++) {
      if (column.isNull(row)) {
        to.missing(1);
        continue;
      }
      byte[] text = viewed(column, row);
      if (text == null) {
        throw BufferCheck.damaged(column, "a text outside of its buffers");
      }
      to.take(text, text.length, 1);
    }
  }

  /** Returns a text that is not missing; null if it is not in the buffers of a damaged column. */
  public static byte @Nullable [] viewed(ViewVarCharVector column, int row) {
    try {
      return column.get(row);
    } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
      return null;
    }
  }

  /** Sorts the chunk, so that the text of equal numbers is created once. */
  private record Names(Texts to) implements NumberCells.Taker {
    @Override
    public void take(Chunk chunk) {
      double[] values = chunk.values;
      Arrays.sort(values, 0, chunk.length); // NaN comes last
      for (int first = 0, next; first < chunk.length; first = next) {
        next = first + 1;
        while (next < chunk.length && Double.compare(values[next], values[first]) == 0) {
          next++;
        }
        if (Double.isNaN(values[first])) {
          to.missing(chunk.length - first);
          return;
        }
        byte[] name = name(values[first]).getBytes(StandardCharsets.UTF_8);
        to.take(name, name.length, next - first);
      }
    }

    @Override
    public void missing(long cells) {
      to.missing(cells);
    }
  }

  /** Reads whole numbers of 64 bits, which doubles cannot all hold, sorted by chunks likewise. */
  private static void wholes(FieldVector column, Texts to) {
    boolean nulls = column.getNullCount() > 0;
    boolean unsigned = column instanceof UInt8Vector;
    long address = column.getDataBufferAddress();
    long[] values = new long[Chunk.SIZE];
    int rows = column.getValueCount();
    for (int from = 0; from < rows; from += Chunk.SIZE) {
      int end = Math.min(rows, from + Chunk.SIZE);
      int kept = 0;
      for (int row = from; row < end; row++) {
        if (!nulls || !column.isNull(row)) {
          values[kept++] = MemoryUtil.getLong(address + 8L * row);
        }
      }
      to.missing((long) end - from - kept);
      Arrays.sort(values, 0, kept);
      for (int first = 0, next; first < kept; first = next) {
        next = first + 1;
        while (next < kept && values[next] == values[first]) {
          next++;
        }
        String name =
            unsigned ? Long.toUnsignedString(values[first]) : Long.toString(values[first]);
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        to.take(utf8, utf8.length, (long) next - first);
      }
    }
  }

  private static String name(double value) {
    return value == Math.rint(value) && Math.abs(value) < 0x1p63
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static void booleans(BitVector column, Texts to) {
    Validity valid = new Validity();
    Validity set = new Validity();
    long present = 0;
    long trues = 0;
    int rows = column.getValueCount();
    for (int from = 0; from < rows; from += Chunk.SIZE) {
      int length = Math.min(Chunk.SIZE, rows - from);
      valid.read(column.getValidityBufferAddress(), from, length);
      set.read(column.getDataBufferAddress(), from, length);
      for (int word = 0; word << 6 < length; word++) {
        present += Long.bitCount(valid.word(word));
        trues += Long.bitCount(valid.word(word) & set.word(word));
      }
    }
    to.missing(rows - present);
    to.take(FALSE, FALSE.length, present - trues);
    to.take(TRUE, TRUE.length, trues);
  }

  /** Counts codes first, so that each text of the dictionary is read once. */
  private static void encoded(FieldVector codes, FieldVector dictionary, Texts to) {
    DictionaryCodes counted = new DictionaryCodes(dictionary.getValueCount());
    counted.count(codes);
    to.missing(counted.missing());
    plain(dictionary, counted, to);
  }

  /**
   * @param counted the number of times that each cell counts; null for once
   */
  private static void plain(FieldVector column, @Nullable DictionaryCodes counted, Texts to) {
    boolean large = column instanceof LargeVarCharVector;
    boolean nulls = column.getNullCount() > 0;
    long offsets = column.getOffsetBufferAddress();
    long data = column.getDataBufferAddress();
    long bytes = column.getDataBuffer().capacity();
    byte[] text = new byte[64];
    int rows = column.getValueCount();
    long start = rows == 0 ? 0 : offset(offsets, 0, large);
    for (int row = 0; row < rows; row++) {
      long end = offset(offsets, row + 1, large);
      if (start < 0 || end < start || end > bytes) {
        throw BufferCheck.damaged(
            column, "a text from byte %d to %d, expected 0 to %d".formatted(start, end, bytes));
      }
      long cells = counted == null ? 1 : counted.times(row);
      if (nulls && column.isNull(row)) {
        to.missing(cells);
      } else if (cells > 0) {
        int length = Math.toIntExact(end - start);
        text = length <= text.length ? text : Arrays.copyOf(text, 2 * length);
        MemoryUtil.copyFromMemory(data + start, text, 0, length);
        to.take(text, length, cells);
      }
      start = end;
    }
  }

  /** The start of the text of a row. */
  private static long offset(long address, int row, boolean large) {
    return large ? MemoryUtil.getLong(address + 8L * row) : MemoryUtil.getInt(address + 4L * row);
  }
}
