package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.Native;
import java.util.Objects;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** The codes of one dictionary-encoded column, each checked before it is followed. */
final class Codes {
  private final Source source;
  private final FieldVector column;
  private final int rows;
  private final FieldVector words;
  private final @Nullable String[] decoded;

  /**
   * @param column the codes
   * @param words the dictionary
   * @param decoded its texts as far as they were decoded; empty when keeping them is of no use
   */
  Codes(
      Source source, FieldVector column, int rows, FieldVector words, @Nullable String[] decoded) {
    this.source = source;
    this.column = column;
    this.rows = rows;
    this.words = words;
    this.decoded = decoded;
  }

  /** Writes the text of every row. */
  void read(Utf8 utf8, String[] into, int at, int stride) {
    BaseFixedWidthVector codes = (BaseFixedWidthVector) column;
    ElementType type = Objects.requireNonNull(ArrowTypes.elementType(column.getField()));
    InputColumns.checkCapacity(source, codes.getDataBuffer(), (long) rows * type.bytes());
    long address = codes.getDataBufferAddress();
    long nulls = nulls(codes.getValidityBufferAddress(), rows);
    long wordNulls = nulls(words.getValidityBufferAddress(), words.getValueCount());
    if (nulls != 0 || wordNulls != 0) {
      readNullable(utf8, into, at, stride, type, nulls, wordNulls);
      return;
    }
    int next = at;
    for (int row = 0; row < rows; row++) {
      long code = code(address, type, row);
      if (code < 0 || code >= decoded.length) {
        into[next] = further(utf8, code, row);
      } else {
        String text = decoded[(int) code];
        into[next] = text != null ? text : further(utf8, code, row);
      }
      next += stride;
    }
  }

  private static long nulls(long bitmap, int values) {
    return values > 0 && Validity.nulls(bitmap, values) > 0 ? bitmap : 0;
  }

  private static long code(long address, ElementType type, int row) {
    return switch (type) {
      case INT32 -> Native.getInt(address + 4L * row);
      case INT8 -> Native.getByte(address + row);
      case INT16 -> Native.getShort(address + 2L * row);
      case INT64, UINT64 -> Native.getLong(address + 8L * row);
      case UINT8 -> Native.getByte(address + row) & 0xff;
      case UINT16 -> Native.getShort(address + 2L * row) & 0xffff;
      default -> Native.getInt(address + 4L * row) & 0xffff_ffffL;
    };
  }

  /** A text that was not decoded yet. */
  private String further(Utf8 utf8, long code, int row) {
    if (code < 0 || code >= words.getValueCount()) {
      throw new ModelInputException(
          source.column(),
          "the dictionary code " + code + " in row " + row,
          "0 to " + (words.getValueCount() - 1));
    }
    String text = utf8.one(source, words, (int) code, row);
    if (code < decoded.length) {
      decoded[(int) code] = text;
    }
    return text;
  }

  private void readNullable(
      Utf8 utf8, String[] into, int at, int stride, ElementType type, long nulls, long wordNulls) {
    long address = ((BaseFixedWidthVector) column).getDataBufferAddress();
    int missing = 0;
    int first = -1;
    for (int row = 0; row < rows; row++) {
      boolean isNull = nulls != 0 && Validity.isNull(nulls, row);
      long code = isNull ? 0 : code(address, type, row);
      boolean known = !isNull && code >= 0 && code < words.getValueCount();
      isNull |= known && wordNulls != 0 && Validity.isNull(wordNulls, (int) code);
      if (!isNull) {
        into[at + row * stride] =
            known && code < decoded.length && decoded[(int) code] != null
                ? decoded[(int) code]
                : further(utf8, code, row);
      } else {
        missing++;
        first = first < 0 ? row : first;
        if (source.forNull() != null) {
          into[at + row * stride] = source.textForNull();
        }
      }
    }
    if (missing > 0 && source.forNull() == null) {
      throw source.nullRefused(SlotInputs.nulls(missing, first));
    }
  }
}
