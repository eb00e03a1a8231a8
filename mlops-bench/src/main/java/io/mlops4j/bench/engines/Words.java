package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.Text;

/** A column of categories, each one of 64 words. */
final class Words {
  private static final int DIFFERENT = 64;
  private static final long SEED = 20020202;
  private static final ArrowType.Int INT32 = new ArrowType.Int(32, true);
  private static final DictionaryEncoding ENCODING = new DictionaryEncoding(1, false, INT32);

  private Words() {}

  private static int[] codes(int rows) {
    return new Random(SEED).ints(rows, 0, DIFFERENT).toArray();
  }

  static String[] words(int rows) {
    String[] words = new String[rows];
    int[] codes = codes(rows);
    for (int row = 0; row < rows; row++) {
      words[row] = "category " + codes[row];
    }
    return words;
  }

  static Side ours(int rows) {
    return new Ours(Models.file("words"), null, allocator -> encoded(rows, allocator), "y", rows);
  }

  /** As a column store hands it over: codes, and a dictionary of words. */
  private static FeatureBatch encoded(int rows, BufferAllocator allocator) {
    Field field = new Field("word", new FieldType(true, INT32, ENCODING), null);
    IntVector codes = (IntVector) field.createVector(allocator);
    codes.allocateNew(rows);
    int[] values = codes(rows);
    for (int row = 0; row < rows; row++) {
      codes.set(row, values[row]);
    }
    codes.setValueCount(rows);
    try (VarCharVector words = new VarCharVector("words", allocator);
        VectorSchemaRoot root = new VectorSchemaRoot(List.of(field), List.of(codes), rows)) {
      words.allocateNew();
      for (int i = 0; i < DIFFERENT; i++) {
        words.setSafe(i, new Text("category " + i));
      }
      words.setValueCount(DIFFERENT);
      return FeatureBatch.owning(
          root, new DictionaryProvider.MapDictionaryProvider(new Dictionary(words, ENCODING)));
    }
  }
}
