package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import io.mlops4j.runtime.binding.type.Validity;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.StringColumn;
import java.util.Arrays;
import java.util.Objects;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/**
 * The texts of one input in the current call. They are decoded before the engine reads any of them,
 * so that damaged texts are found first, and nulls are replaced. The memory is reused.
 */
final class InputTexts implements StringColumn {
  /** Larger arrays are not kept for later calls. */
  private static final int KEPT = 1 << 16;

  private final TextDecoder utf8 = new TextDecoder();
  private final KeptDictionary[] dictionaries;
  private String[] values = {};
  private int size;

  /** Set if the engine can use the codes of the only column; then {@link #values} has no texts. */
  private @Nullable String @Nullable [] dictionary;

  private long codes;

  InputTexts(int columns) {
    dictionaries = new KeptDictionary[columns];
    Arrays.setAll(dictionaries, i -> new KeptDictionary());
  }

  void begin(int count) {
    size = count;
    dictionary = null;
    codes = 0;
    if (values.length < count) {
      values = new String[count];
    }
  }

  /** Reads column {@code i} of {@code stride} columns, one value for each row. */
  void read(
      int i,
      ColumnSource source,
      Cell cell,
      FieldVector column,
      int rows,
      int stride,
      DictionaryProvider provider) {
    if (cell.form() == Cell.Form.CODE) {
      readCodes(i, source, cell, column, rows, stride, provider);
      return;
    }
    long nulls = InputColumns.nullsOf(source, column.getValidityBuffer(), rows, 1);
    utf8.read(source, column, 0, rows, nulls, values, i, stride, 1);
    if (nulls != 0) {
      String text = source.textForNull();
      for (int row = 0; row < rows; row++) {
        if (Validity.isNull(nulls, row)) {
          values[i + row * stride] = text;
        }
      }
    }
  }

  private void readCodes(
      int i,
      ColumnSource source,
      Cell cell,
      FieldVector column,
      int rows,
      int stride,
      DictionaryProvider provider) {
    Dictionary dictionary = provider.lookup(cell.dictionary());
    if (dictionary == null || !(column instanceof BaseIntVector)) {
      throw new ModelInputException(
          source.column(), "dictionary codes without their dictionary", "text");
    }
    FieldVector words = dictionary.getVector();
    if (!(words instanceof VarCharVector || words instanceof LargeVarCharVector)) {
      throw new ModelInputException(
          source.column(), "a dictionary of " + ArrowTypes.name(words.getField()), "text");
    }
    @Nullable String[] texts = dictionaries[i].texts(words, rows);
    Codes found = new Codes(source, column, rows, words, texts);
    if (stride == 1 && found.canBeFollowed(utf8)) {
      this.dictionary = texts;
      codes = found.address();
    } else {
      found.read(utf8, values, i, stride);
    }
  }

  /** Reads the values of lists, which have the same length in all rows. */
  void read(ListColumn list, ColumnSource source) {
    int width = list.width();
    if (width == 0) {
      return;
    }
    for (int row = 0; row < list.rows(); row++) {
      int at = row * width;
      if (list.isNull(row)) {
        Arrays.fill(values, at, at + width, source.textForNull());
        continue;
      }
      int start = list.start(row);
      utf8.read(source, list.values(), start, width, list.valueNulls(), values, at, 1, width);
      for (int k = 0; list.valueNulls() != 0 && k < width; k++) {
        if (Validity.isNull(list.valueNulls(), start + k)) {
          values[at + k] = source.textForNull();
        }
      }
    }
  }

  void release() {
    if (values.length > KEPT) {
      values = new String[0];
    } else if (dictionary == null) {
      Arrays.fill(values, 0, size, null);
    }
    dictionary = null;
    codes = 0;
    size = 0;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public String get(long i) {
    if (i >= size) {
      throw new IllegalStateException("a text was read after its call ended");
    }
    return dictionary == null
        ? values[(int) i]
        : Objects.requireNonNull(dictionary[Native.getInt(codes + 4 * i)], "a checked text");
  }

  @Override
  public @Nullable String @Nullable [] dictionary() {
    return dictionary;
  }

  @Override
  public long codes() {
    return codes;
  }
}
