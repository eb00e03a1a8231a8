package io.mlops4j.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.spark.sql.execution.vectorized.WritableColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;

/**
 * Texts that are codes in a Parquet file stay codes: each text is copied once for a batch. Codes
 * are numbered by their first row, because a dictionary of Parquet may be far larger than a batch.
 */
final class TextCodes {
  private static final ArrowType.Int CODE = new ArrowType.Int(32, true);

  private final IntVector codes;
  private final VarCharVector words;
  private int[] codeOf = new int[0];

  TextCodes(
      String name,
      int number,
      BufferAllocator allocator,
      DictionaryProvider.MapDictionaryProvider dictionaries) {
    DictionaryEncoding encoding = new DictionaryEncoding(number, false, CODE);
    codes =
        (IntVector)
            new Field(name, new FieldType(true, CODE, encoding), List.of()).createVector(allocator);
    words = new VarCharVector(name, allocator);
    dictionaries.put(new Dictionary(words, encoding));
  }

  FieldVector vector() {
    return codes;
  }

  /** Returns false if the column is not of codes, or has nulls. */
  boolean read(ColumnVector from, int rows) {
    if (!(from instanceof WritableColumnVector column)
        || !column.hasDictionary()
        || column.hasNull()) {
      return false;
    }
    int[] ids = column.getDictionaryIds().getInts(0, rows);
    int largest = 0;
    for (int id : ids) {
      largest = Math.max(largest, id);
    }
    if (codeOf.length <= largest) {
      codeOf = new int[largest + 1];
    }
    Arrays.fill(codeOf, 0, largest + 1, -1);
    words.reset();
    int count = 0;
    for (int row = 0; row < rows; row++) {
      int id = ids[row];
      if (codeOf[id] < 0) {
        words.setSafe(count, column.getUTF8String(row).getBytes());
        codeOf[id] = count++;
      }
      ids[row] = codeOf[id];
    }
    words.setValueCount(count);
    NumberCopy.put(ids, codes, rows);
    return true;
  }

  void close() {
    codes.close();
    words.close();
  }
}
