package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import io.mlops4j.runtime.binding.type.Scalars;
import io.mlops4j.runtime.binding.type.Validity;
import io.mlops4j.runtime.memory.Native;
import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** The codes of one dictionary-encoded column. Each code is checked before it is used. */
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
   * Creates the codes of a column.
   *
   * @param column the vector of the codes
   * @param words the dictionary
   * @param decoded the texts that are decoded already, null for others; empty if texts are not kept
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
   * Returns whether an engine can use the codes in place: they have four bytes, none is null, and
   * the texts of all are in the kept array. Then no text is written for each row.
   */
  boolean canBeFollowed(TextDecoder utf8) {
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

  void read(TextDecoder utf8, String[] into, int at, int stride) {
    int missing = 0;
    int first = -1;
    int next = at;
    for (int row = 0; row < rows; row++) {
      boolean isNull = nulls != 0 && Validity.isNull(nulls, row);
      String text = isNull ? null : text(utf8, Scalars.whole(address, type, row), row);
      if (text != null) {
        into[next] = text;
      } else {
        missing++;
        first = first < 0 ? row : first;
        if (source.forNull() != null) {
          into[next] = source.textForNull();
        }
      }
      next += stride;
    }
    if (missing > 0 && source.forNull() == null) {
      throw source.nullRefused(SlotInputs.nulls(missing, first));
    }
  }

  /** Returns the text of a code, or null if the dictionary holds a null there. */
  private @Nullable String text(TextDecoder utf8, long code, int row) {
    String known = code >= 0 && code < decoded.length ? decoded[(int) code] : null;
    return known != null ? known : further(utf8, code, row);
  }

  private long nulls(ArrowBuf bitmap, int values) {
    InputColumns.checkCapacity(source, bitmap, Validity.bytes(values));
    return Validity.nulls(bitmap.memoryAddress(), bitmap.capacity(), values) > 0
        ? bitmap.memoryAddress()
        : 0;
  }

  /** Decodes a text; null if the dictionary holds a null there. */
  private @Nullable String further(TextDecoder utf8, long code, int row) {
    if (code < 0 || code >= words.getValueCount()) {
      throw new ModelInputException(
          source.column(),
          "the dictionary code " + code + " in row " + row,
          "0 to " + (words.getValueCount() - 1));
    }
    if (wordNulls != 0 && Validity.isNull(wordNulls, (int) code)) {
      return null;
    }
    String text = utf8.one(source, words, (int) code, row);
    if (code < decoded.length) {
      decoded[(int) code] = text;
    }
    return text;
  }
}
