package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** Reads cells of Arrow columns in chunks, by address, into primitive arrays. */
final class Cells {
  static final int CHUNK = 1024;

  private static final byte[] FALSE = "false".getBytes(StandardCharsets.UTF_8);
  private static final byte[] TRUE = "true".getBytes(StandardCharsets.UTF_8);

  private Cells() {}

  /** Takes numbers; the array is reused. */
  interface Numbers {
    /**
     * Takes the next chunk.
     *
     * @param values NaN where missing, never -0
     * @param length how many of them
     */
    void take(double[] values, int length);
  }

  /** Takes texts. */
  interface Texts {
    /**
     * Takes cells that hold one text.
     *
     * @param bytes holds the text in UTF-8 from its start; reused
     * @param length how many bytes
     * @param times how many cells hold it
     */
    void take(byte[] bytes, int length, long times);

    void missing(long cells);
  }

  static void numbers(FieldVector column, Numbers to) {
    double[] chunk = new double[CHUNK];
    int rows = column.getValueCount();
    boolean nulls = column.getNullCount() > 0;
    for (int from = 0; from < rows; from += CHUNK) {
      int length = Math.min(CHUNK, rows - from);
      read(column, from, chunk, length);
      if (nulls) {
        blank(column.getValidityBufferAddress(), from, chunk, length);
      }
      to.take(chunk, length);
    }
  }

  /** Adding 0 turns -0 into 0, which would otherwise be told apart in the bytes of a profile. */
  private static void read(FieldVector column, int from, double[] into, int length) {
    long address = column.getDataBufferAddress();
    if (Kind.isBFloat16(column)) {
      for (int i = 0; i < length; i++) {
        int upper = MemoryUtil.getShort(address + 2L * (from + i));
        into[i] = Float.intBitsToFloat(upper << 16) + 0.0;
      }
      return;
    }
    switch (column.getMinorType()) {
      case FLOAT4 -> {
        for (int i = 0; i < length; i++) {
          into[i] = Float.intBitsToFloat(MemoryUtil.getInt(address + 4L * (from + i))) + 0.0;
        }
      }
      case FLOAT8 -> {
        for (int i = 0; i < length; i++) {
          into[i] = Double.longBitsToDouble(MemoryUtil.getLong(address + 8L * (from + i))) + 0.0;
        }
      }
      case FLOAT2 -> {
        for (int i = 0; i < length; i++) {
          into[i] = Float16.toFloat(MemoryUtil.getShort(address + 2L * (from + i))) + 0.0;
        }
      }
      case TINYINT -> {
        for (int i = 0; i < length; i++) {
          into[i] = MemoryUtil.getByte(address + from + i);
        }
      }
      case UINT1 -> {
        for (int i = 0; i < length; i++) {
          into[i] = Byte.toUnsignedInt(MemoryUtil.getByte(address + from + i));
        }
      }
      case SMALLINT -> {
        for (int i = 0; i < length; i++) {
          into[i] = MemoryUtil.getShort(address + 2L * (from + i));
        }
      }
      case UINT2 -> {
        for (int i = 0; i < length; i++) {
          into[i] = Short.toUnsignedInt(MemoryUtil.getShort(address + 2L * (from + i)));
        }
      }
      case INT -> {
        for (int i = 0; i < length; i++) {
          into[i] = MemoryUtil.getInt(address + 4L * (from + i));
        }
      }
      case UINT4 -> {
        for (int i = 0; i < length; i++) {
          into[i] = Integer.toUnsignedLong(MemoryUtil.getInt(address + 4L * (from + i)));
        }
      }
      case BIGINT -> {
        for (int i = 0; i < length; i++) {
          into[i] = MemoryUtil.getLong(address + 8L * (from + i));
        }
      }
      case UINT8 -> {
        for (int i = 0; i < length; i++) {
          into[i] = unsigned(MemoryUtil.getLong(address + 8L * (from + i)));
        }
      }
      default -> throw new IllegalStateException("no numbers: " + column.getField());
    }
  }

  /** Halves a value beyond 2^63, keeping the bit that decides the rounding. */
  private static double unsigned(long bits) {
    return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
  }

  private static void blank(long validity, int from, double[] values, int length) {
    for (int i = 0; i < length; i++) {
      if (!isValid(validity, from + i)) {
        values[i] = Double.NaN;
      }
    }
  }

  private static boolean isValid(long validity, int row) {
    return (MemoryUtil.getByte(validity + (row >>> 3)) >>> (row & 7) & 1) != 0;
  }

  static FieldVector dictionary(FieldVector column, DictionaryProvider dictionaries) {
    long id = column.getField().getDictionary().getId();
    Dictionary dictionary = dictionaries.lookup(id);
    if (dictionary == null) {
      throw new DataException(
          column.getName() + ": found no dictionary with id " + id + " in the batch", null);
    }
    return dictionary.getVector();
  }

  static void texts(FieldVector column, DictionaryProvider dictionaries, Texts to) {
    if (column.getField().getDictionary() != null) {
      encoded(column, dictionary(column, dictionaries), to);
    } else if (column instanceof BitVector bits) {
      booleans(bits, to);
    } else if (Kind.of(column, dictionaries) == Kind.NUMBERS) {
      numbers(column, (values, length) -> names(values, length, to));
    } else {
      plain(column, null, to);
    }
  }

  /** Sorts the chunk, so that the text of equal numbers is made once. */
  private static void names(double[] values, int length, Texts to) {
    Arrays.sort(values, 0, length); // NaN goes last
    for (int first = 0, next; first < length; first = next) {
      next = first + 1;
      while (next < length && Double.compare(values[next], values[first]) == 0) {
        next++;
      }
      if (Double.isNaN(values[first])) {
        to.missing(length - first);
        return;
      }
      byte[] name = name(values[first]).getBytes(StandardCharsets.UTF_8);
      to.take(name, name.length, next - first);
    }
  }

  private static String name(double value) {
    return value == Math.rint(value) && Math.abs(value) < 0x1p53
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static void booleans(BitVector bits, Texts to) {
    long[] counts = new long[2];
    int missing = 0;
    for (int row = 0; row < bits.getValueCount(); row++) {
      if (bits.isNull(row)) {
        missing++;
      } else {
        counts[bits.get(row)]++;
      }
    }
    to.missing(missing);
    to.take(FALSE, FALSE.length, counts[0]);
    to.take(TRUE, TRUE.length, counts[1]);
  }

  /** Counts codes first, so that each text of the dictionary is looked at once. */
  private static void encoded(FieldVector codes, FieldVector dictionary, Texts to) {
    long[] times = new long[dictionary.getValueCount()];
    long[] missing = new long[1];
    numbers(
        codes,
        (values, length) -> {
          for (int i = 0; i < length; i++) {
            if (Double.isNaN(values[i])) {
              missing[0]++;
            } else if (values[i] >= 0 && values[i] < times.length) {
              times[(int) values[i]]++;
            } else {
              throw new DataException(
                  "%s: found code %.0f, expected 0 to %d as in its dictionary"
                      .formatted(codes.getName(), values[i], times.length - 1),
                  null);
            }
          }
        });
    to.missing(missing[0]);
    plain(dictionary, times, to);
  }

  /**
   * @param times how often each cell counts; null for once
   */
  private static void plain(FieldVector column, long @Nullable [] times, Texts to) {
    Offsets offsets = Offsets.of(column);
    ArrowBuf data = column.getDataBuffer();
    byte[] text = new byte[64];
    for (int row = 0; row < column.getValueCount(); row++) {
      long cells = times == null ? 1 : times[row];
      if (column.isNull(row)) {
        to.missing(cells);
      } else if (cells > 0) {
        long start = offsets.at(row);
        int length = Math.toIntExact(offsets.at(row + 1) - start);
        text = length <= text.length ? text : Arrays.copyOf(text, 2 * length);
        data.getBytes(start, text, 0, length);
        to.take(text, length, cells);
      }
    }
  }

  /** Where the text of a row begins. */
  private interface Offsets {
    long at(int row);

    static Offsets of(FieldVector column) {
      long address = column.getOffsetBufferAddress();
      return column instanceof LargeVarCharVector
          ? row -> MemoryUtil.getLong(address + 8L * row)
          : row -> MemoryUtil.getInt(address + 4L * row);
    }
  }
}
