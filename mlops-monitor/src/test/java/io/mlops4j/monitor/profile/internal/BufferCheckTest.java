package io.mlops4j.monitor.profile.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Columns;
import io.mlops4j.monitor.profile.Profile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Columns whose buffers do not hold what they should, as of a damaged file. */
class BufferCheckTest {
  private static final int CELLS = 100_000;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  /** Gives a column of many cells buffers of some sizes. */
  private <T extends FieldVector> T load(T column, long... sizes) {
    List<ArrowBuf> buffers =
        Arrays.stream(sizes)
            .mapToObj(
                size -> {
                  ArrowBuf buffer = allocator.buffer(size);
                  buffer.setOne(0L, size);
                  buffer.writerIndex(size);
                  return buffer;
                })
            .toList();
    column.loadFieldBuffers(new ArrowFieldNode(CELLS, 0), buffers);
    buffers.forEach(ArrowBuf::close);
    return column;
  }

  private static void isRefused(FieldVector column, String message) {
    assertThatThrownBy(() -> Profile.of(List.of(FeatureBatch.of(VectorSchemaRoot.of(column)))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void buffersThatAreTooShortAreRefused() {
    int bits = CELLS / 8;
    try (Float8Vector numbers = load(new Float8Vector("x", allocator), bits, 64);
        BitVector booleans = load(new BitVector("b", allocator), bits, 64);
        TimeStampSecVector times = load(new TimeStampSecVector("t", allocator), bits, 64);
        VarCharVector texts = load(new VarCharVector("s", allocator), bits, 64, 64);
        LargeVarCharVector large = load(new LargeVarCharVector("l", allocator), bits, 64, 64)) {
      isRefused(numbers, "x: the column is damaged: found 64 bytes of values, expected 800000");
      isRefused(booleans, "b: the column is damaged: found 64 bytes of values, expected 12500");
      isRefused(times, "t: the column is damaged: found 64 bytes of values, expected 800000");
      isRefused(texts, "s: the column is damaged: found 64 bytes of offsets, expected 400004");
      isRefused(large, "l: the column is damaged: found 64 bytes of offsets, expected 800008");
    }
    try (Float8Vector numbers = load(new Float8Vector("x", allocator), 8, 8L * CELLS)) {
      isRefused(numbers, "x: the column is damaged: found 8 bytes of validity, expected 12500");
    }
  }

  @Test
  void textsBeyondTheirBytesAreRefused() {
    for (int[] offset : new int[][] {{1, 1 << 29}, {1, -100}, {0, -100}, {3, 1 << 29}}) {
      try (VarCharVector texts = new VarCharVector("s", allocator)) {
        for (int row = 0; row < 3; row++) {
          texts.setSafe(row, "abc".getBytes(StandardCharsets.UTF_8));
        }
        texts.setValueCount(3);
        texts.getOffsetBuffer().setInt(4L * offset[0], offset[1]);
        isRefused(texts, "s: the column is damaged: found a text from byte");
      }
    }
  }

  @Test
  void vectorsWithoutAllOfTheirElementsAreRefused() {
    try (FixedSizeListVector vectors = FixedSizeListVector.empty("v", 3, allocator)) {
      Columns.fill(vectors, new float[] {1, 2, 3}, new float[] {4, 5, 6});
      vectors.getDataVector().setValueCount(5);
      isRefused(vectors, "v: found 5 elements, expected 6");
    }
  }

  @Test
  void aDictionaryIsCheckedToo() {
    DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(32, true));
    Field field = new Field("s", new FieldType(true, new ArrowType.Int(32, true), encoding), null);
    try (IntVector codes = (IntVector) field.createVector(allocator);
        VarCharVector entries = load(new VarCharVector("d", allocator), CELLS / 8, 64, 64)) {
      codes.setSafe(0, 5);
      codes.setValueCount(1);
      MapDictionaryProvider dictionaries =
          new MapDictionaryProvider(new Dictionary(entries, encoding));
      FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(codes), dictionaries);
      assertThatThrownBy(() -> Profile.of(List.of(batch)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("d: the column is damaged: found 64 bytes of offsets");
    }
  }

  @Test
  void everyRowHasACellInEachColumn() {
    try (Float8Vector numbers = new Float8Vector("x", allocator)) {
      numbers.setSafe(0, 1);
      numbers.setValueCount(1);
      FeatureBatch batch =
          FeatureBatch.of(new VectorSchemaRoot(List.of(numbers.getField()), List.of(numbers), 5));
      Profile.Builder builder = Profile.builder();
      assertThatThrownBy(() -> builder.add(batch))
          .isInstanceOf(DataException.class)
          .hasMessage("x: found 1 cells, expected 5, one for each row of the batch");
      assertThat(builder.build().rows()).isZero();
    }
  }
}
