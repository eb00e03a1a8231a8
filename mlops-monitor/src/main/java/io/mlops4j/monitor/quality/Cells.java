package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.profile.internal.NumberCells;
import io.mlops4j.monitor.profile.internal.TextCells;
import io.mlops4j.monitor.profile.internal.TimeResolution;
import java.nio.charset.StandardCharsets;
import java.util.function.IntToDoubleFunction;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/**
 * Reads the cells of one column as 64 bits each, so that cells of all kinds are compared, hashed
 * and stored alike: the bits of a double, a hash of a text, or nanoseconds since 1970. The column's
 * buffers must have been checked.
 */
final class Cells {
  /** A null; a pattern of NaN that no number is read as. */
  static final long NULL = 0x7ff8_0000_0000_0001L;

  /** Any NaN. */
  static final long NAN = Double.doubleToLongBits(Double.NaN);

  /** A vector without NaN. */
  private static final long VECTOR = 0;

  private static final long TRUE = hash("true");
  private static final long FALSE = hash("false");

  private final FieldVector column;
  private final ColumnKind kind;
  private final FieldVector texts;
  private final boolean coded;
  private final boolean large;
  private final TimeResolution unit;
  private final @Nullable IntToDoubleFunction numbers;
  private final long validity;

  private Cells(FieldVector column, ColumnKind kind, FieldVector texts) {
    this.column = column;
    this.kind = kind;
    this.texts = texts;
    this.coded = texts != column;
    this.large = texts instanceof LargeVarCharVector;
    this.unit = kind == ColumnKind.TIMES ? TimeResolution.of(column) : new TimeResolution(1, 1);
    this.numbers = kind == ColumnKind.NUMBERS ? NumberCells.cells(column) : null;
    this.validity = column.getValidityBufferAddress();
  }

  static Cells of(FieldVector column, ColumnKind kind, DictionaryProvider dictionaries) {
    boolean encoded = column.getField().getDictionary() != null;
    return new Cells(column, kind, encoded ? TextCells.dictionary(column, dictionaries) : column);
  }

  ColumnKind kind() {
    return kind;
  }

  long at(int row) {
    if ((MemoryUtil.getByte(validity + (row >> 3)) & (1 << (row & 7))) == 0) {
      return NULL;
    }
    if (numbers != null) {
      return number(numbers.applyAsDouble(row));
    }
    return switch (kind) {
      case TEXTS -> text(row);
      case TIMES -> unit.nanosSince1970(unit.read(column.getDataBufferAddress(), row));
      case VECTORS -> vector((FixedSizeListVector) column, row);
      case NUMBERS, OTHER -> VECTOR;
    };
  }

  /** Returns the time of a row, to be compared with others; {@link #NULL} without one. */
  long time(int row) {
    return at(row) == NULL
        ? NULL
        : unit.clippedNanos(unit.read(column.getDataBufferAddress(), row));
  }

  /** Reads cells at equal distances. */
  void read(int first, int step, long[] into, int count) {
    if (column instanceof Float4Vector && column.getNullCount() == 0) {
      long address = column.getDataBufferAddress();
      for (int i = 0; i < count; i++) {
        long cell = address + 4L * (first + (long) i * step);
        into[i] = number(Float.intBitsToFloat(MemoryUtil.getInt(cell)));
      }
      return;
    }
    for (int i = 0, row = first; i < count; i++, row += step) {
      into[i] = at(row);
    }
  }

  static long number(double value) {
    return Double.doubleToLongBits(value + 0.0); // -0 becomes 0, and NaN has one pattern
  }

  static boolean isMissing(long cell) {
    return cell == NULL || cell == NAN;
  }

  private long text(int row) {
    if (texts instanceof BitVector bits) {
      return bits.get(row) == 0 ? FALSE : TRUE;
    }
    if (texts instanceof ViewVarCharVector views) {
      byte[] text = TextCells.viewed(views, row);
      return text == null ? NULL : hash(text);
    }
    int entry = row;
    if (coded) {
      long code = ((BaseIntVector) column).getValueAsLong(row);
      if (code < 0 || code >= texts.getValueCount() || texts.isNull((int) code)) {
        return NULL;
      }
      entry = (int) code;
    }
    long offsets = texts.getOffsetBufferAddress();
    long start =
        large ? MemoryUtil.getLong(offsets + 8L * entry) : MemoryUtil.getInt(offsets + 4L * entry);
    long end =
        large
            ? MemoryUtil.getLong(offsets + 8L * entry + 8)
            : MemoryUtil.getInt(offsets + 4L * entry + 4);
    if (start < 0 || end < start || end > texts.getDataBuffer().capacity()) {
      return NULL; // a damaged column, which the counting of profiles reports
    }
    long data = texts.getDataBufferAddress();
    long hash = FNV;
    for (long i = start; i < end; i++) {
      hash = (hash ^ (MemoryUtil.getByte(data + i) & 0xff)) * PRIME;
    }
    return mix(hash);
  }

  private static final long FNV = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  /** Hashes a text as {@link #at} does: FNV-1a of its UTF-8, mixed. */
  static long hash(String text) {
    return hash(text.getBytes(StandardCharsets.UTF_8));
  }

  private static long hash(byte[] text) {
    long hash = FNV;
    for (byte one : text) {
      hash = (hash ^ (one & 0xff)) * PRIME;
    }
    return mix(hash);
  }

  /** The finaliser of splitmix64 (Steele, Lea and Flood, 2014). */
  static long mix(long bits) {
    long x = bits;
    x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }

  /** A vector is NaN if a component is missing or NaN. */
  private static long vector(FixedSizeListVector column, int row) {
    FieldVector components = column.getDataVector();
    int size = column.getListSize();
    boolean nulls = components.getNullCount() > 0;
    IntToDoubleFunction values = NumberCells.cells(components);
    for (int i = 0; i < size; i++) {
      if (Double.isNaN(values.applyAsDouble(row * size + i))
          || (nulls && components.isNull(row * size + i))) {
        return NAN;
      }
    }
    return VECTOR;
  }

  /** Returns the text of a row, for messages. */
  String example(int row) {
    Object value =
        coded
            ? texts.getObject((int) ((BaseIntVector) column).getValueAsLong(row))
            : column.getObject(row);
    return String.valueOf(value);
  }
}
