package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.Native;
import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** The codes of one dictionary-encoded column, each checked before it is followed. */
final class Codes {
  private final ColumnSource source;
  private final int rows;
  private final FieldVector words;
  private final @Nullable String[] decoded;
  private final ElementType type;
  private final long address;
  private final long nulls;
  private final long wordNulls;

  /**
   * Follows no code yet.
   *
   * @param column the codes
   * @param words the dictionary
   * @param decoded its texts as far as they were decoded; empty when keeping them is of no use
   */
  Codes(
      ColumnSource source,
      FieldVector column,
      int rows,
      FieldVector words,
      @Nullable String[] decoded) {
    this.source = source;
    this.rows = rows;
    this.words = words;
    this.decoded = decoded;
    this.type = Objects.requireNonNull(ArrowTypes.elementType(column.getField()));
    ArrowBuf codes = column.getDataBuffer();
    InputColumns.checkCapacity(source, codes, (long) rows * type.bytes());
    this.address = codes.memoryAddress();
    this.nulls = nulls(column.getValidityBuffer(), rows);
    this.wordNulls = nulls(words.getValidityBuffer(), words.getValueCount());
  }

  /**
   * Checks whether an engine can follow the codes as they lie: of four bytes, none null, and the
   * texts of all in the array that is kept. Then no text need be written row by row.
   */
  boolean canBeFollowed(Utf8 utf8) {
    if (type != ElementType.INT32
        || nulls != 0
        || wordNulls != 0
        || decoded.length != words.getValueCount()) {
      return false;
    }
    for (int row = 0; row < rows; row++) {
      int code = Native.getInt(address + 4L * row);
      if (code < 0 || code >= decoded.length || decoded[code] == null) {
        further(utf8, code, row);
      }
    }
    return true;
  }

  long address() {
    return address;
  }

  /** Writes the text of every row. */
  void read(Utf8 utf8, String[] into, int at, int stride) {
    if (nulls != 0 || wordNulls != 0) {
      readNullable(utf8, into, at, stride);
      return;
    }
    int next = at;
    for (int row = 0; row < rows; row++) {
      long code = Scalars.whole(address, type, row);
      if (code < 0 || code >= decoded.length) {
        into[next] = further(utf8, code, row);
      } else {
        String text = decoded[(int) code];
        into[next] = text != null ? text : further(utf8, code, row);
      }
      next += stride;
    }
  }

  private long nulls(ArrowBuf bitmap, int values) {
    InputColumns.checkCapacity(source, bitmap, Validity.bytes(values));
    return Validity.nulls(bitmap.memoryAddress(), bitmap.capacity(), values) > 0
        ? bitmap.memoryAddress()
        : 0;
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

  private void readNullable(Utf8 utf8, String[] into, int at, int stride) {
    int missing = 0;
    int first = -1;
    for (int row = 0; row < rows; row++) {
      boolean isNull = nulls != 0 && Validity.isNull(nulls, row);
      long code = isNull ? 0 : Scalars.whole(address, type, row);
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
