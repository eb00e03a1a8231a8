package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.runtime.memory.Native;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/**
 * The text of one column, read by row; what a null means has been applied.
 *
 * <p>Offsets come from files that others wrote: each is checked before it is followed.
 */
final class ColumnText {
  /** A dictionary this many times larger than the batch is not worth being kept decoded. */
  private static final int WORTH_KEEPING = 4;

  private final Source source;
  private final FieldVector values;
  private final @Nullable BaseIntVector codes;
  private final @Nullable String[] decoded;
  private final int rows;

  private ColumnText(Source source, FieldVector values, @Nullable BaseIntVector codes, int rows) {
    this.source = source;
    this.values = values;
    this.codes = codes;
    this.rows = rows;
    int distinct = codes == null ? 0 : values.getValueCount();
    this.decoded = new String[distinct <= (long) rows * WORTH_KEEPING ? distinct : 0];
  }

  /**
   * Checks a column.
   *
   * @param column text, or codes of text
   * @throws ModelInputException if it holds nulls that are refused, or codes without text
   */
  static ColumnText of(
      Source source, Layout.Cell cell, FieldVector column, int rows, DictionaryProvider texts) {
    ColumnText text =
        cell.isEncoded()
            ? encoded(source, cell, column, rows, texts)
            : new ColumnText(source, column, null, rows);
    if (source.forNull() == null) {
      text.refuseNulls(column);
    }
    return text;
  }

  private static ColumnText encoded(
      Source source, Layout.Cell cell, FieldVector column, int rows, DictionaryProvider texts) {
    Dictionary dictionary = texts.lookup(cell.dictionary());
    if (dictionary == null || !(column instanceof BaseIntVector codes)) {
      throw new ModelInputException(
          source.column(), "dictionary codes without their dictionary", "text");
    }
    FieldVector values = dictionary.getVector();
    if (!(values instanceof VarCharVector || values instanceof LargeVarCharVector)) {
      throw new ModelInputException(
          source.column(), "a dictionary of " + ArrowTypes.name(values.getField()), "text");
    }
    return new ColumnText(source, values, codes, rows);
  }

  private void refuseNulls(FieldVector column) {
    int nulls = 0;
    int first = -1;
    boolean nullable = codes != null && values.getNullCount() > 0;
    if (column.getNullCount() > 0 || nullable) {
      for (int row = rows - 1; row >= 0; row--) {
        if (isNull(row)) {
          nulls++;
          first = row;
        }
      }
    }
    if (nulls > 0) {
      throw source.nullRefused(SlotInputs.nulls(nulls, first));
    }
  }

  private boolean isNull(int row) {
    if (codes == null) {
      return values.isNull(row);
    }
    return ((FieldVector) codes).isNull(row) || values.isNull(code(codes, row));
  }

  private int code(BaseIntVector vector, int row) {
    long code = vector.getValueAsLong(row);
    if (code < 0 || code >= values.getValueCount()) {
      throw new ModelInputException(
          source.column(),
          "the dictionary code " + code + " in row " + row,
          "0 to " + (values.getValueCount() - 1));
    }
    return (int) code;
  }

  String get(int row) {
    if (isNull(row)) {
      return textForNull();
    }
    if (codes == null) {
      return decode(row);
    }
    int code = code(codes, row);
    if (code >= decoded.length) {
      return decode(code);
    }
    String known = decoded[code];
    if (known == null) {
      known = decode(code);
      decoded[code] = known;
    }
    return known;
  }

  String textForNull() {
    NullValue value = source.forNull();
    String text = value == null ? null : value.text();
    if (text == null) {
      throw source.nullRefused("a null");
    }
    return text;
  }

  private String decode(int index) {
    boolean wide = values instanceof LargeVarCharVector;
    ArrowBuf offsets = values.getOffsetBuffer();
    ArrowBuf bytes = values.getDataBuffer();
    long start = wide ? offsets.getLong(8L * index) : offsets.getInt(4L * index);
    long end = wide ? offsets.getLong(8L * index + 8) : offsets.getInt(4L * index + 4);
    if (start < 0 || end < start || end > bytes.capacity() || end - start > Integer.MAX_VALUE) {
      throw new ModelInputException(
          source.column(),
          "text from byte " + start + " to " + end + " in row " + index,
          "a range inside its " + bytes.capacity() + " bytes; the data is damaged");
    }
    byte[] utf8 = new byte[(int) (end - start)];
    Native.copy(bytes.memoryAddress() + start, utf8, 0, utf8.length);
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
