package io.mlops4j.bench.minilm;

import io.mlops4j.feature.FeatureBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * Texts as tokens, one after another; shorter ones end in padding.
 *
 * @param rows how many texts
 * @param length tokens of each, padding included
 * @param ids the tokens
 * @param mask 1 for a token, 0 for padding
 * @param types which sentence of a pair, here always the first
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Texts(int rows, int length, long[] ids, long[] mask, long[] types) {
  private static final int CLS = 101;
  private static final int SEP = 102;
  private static final int FIRST_WORD = 1996;
  private static final int VOCABULARY = 30522;

  /** Words by chance; the first text fills its row, the others have up to half of it as padding. */
  static Texts random(Random random, int rows, int length) {
    long[] ids = new long[rows * length];
    long[] mask = new long[rows * length];
    for (int row = 0; row < rows; row++) {
      int tokens = row == 0 ? length : length - random.nextInt(length / 2);
      int at = row * length;
      for (int i = 0; i < tokens; i++) {
        ids[at + i] = random.nextInt(FIRST_WORD, VOCABULARY);
        mask[at + i] = 1;
      }
      ids[at] = CLS;
      ids[at + tokens - 1] = SEP;
    }
    return new Texts(rows, length, ids, mask, new long[rows * length]);
  }

  List<Tokens> records() {
    return IntStream.range(0, rows)
        .mapToObj(row -> new Tokens(row(ids, row), row(mask, row), row(types, row)))
        .toList();
  }

  private long[] row(long[] values, int row) {
    return Arrays.copyOfRange(values, row * length, (row + 1) * length);
  }

  /** Three columns of lists. */
  FeatureBatch batch(BufferAllocator memory) {
    List<FieldVector> columns =
        List.of(
            lists(memory, "token_type_ids", types),
            lists(memory, "input_ids", ids),
            lists(memory, "attention_mask", mask));
    try (VectorSchemaRoot root = new VectorSchemaRoot(columns)) {
      return FeatureBatch.owning(root);
    }
  }

  /** The same as columns of tensors, as the builder makes them. */
  FeatureBatch tensors(BufferAllocator memory) {
    return FeatureBatch.builder(memory)
        .longs("input_ids", ids)
        .asTensors(length)
        .longs("attention_mask", mask)
        .asTensors(length)
        .longs("token_type_ids", types)
        .asTensors(length)
        .build();
  }

  private FieldVector lists(BufferAllocator memory, String name, long[] values) {
    Field inside = Field.notNullable("item", new ArrowType.Int(64, true));
    FieldType type = FieldType.notNullable(new ArrowType.FixedSizeList(length));
    FixedSizeListVector vector =
        (FixedSizeListVector) new Field(name, type, List.of(inside)).createVector(memory);
    vector.setInitialCapacity(rows);
    vector.allocateNew();
    BigIntVector data = (BigIntVector) vector.getDataVector();
    for (int i = 0; i < values.length; i++) {
      data.setSafe(i, values[i]);
    }
    for (int row = 0; row < rows; row++) {
      vector.setNotNull(row);
    }
    vector.setValueCount(rows);
    return vector;
  }
}
