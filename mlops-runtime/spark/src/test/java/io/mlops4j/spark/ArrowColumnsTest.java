package io.mlops4j.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns that a source of Spark has as Arrow vectors, as connectors do that read Arrow. */
class ArrowColumnsTest {
  private static final int ROWS = 1000;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void arrowVectorsOfEveryTypeAreRead(boolean nulls) {
    try (RootAllocator memory = new RootAllocator()) {
      Float4Vector floats = new Float4Vector("f", memory);
      Float8Vector doubles = new Float8Vector("d", memory);
      BigIntVector longs = new BigIntVector("l", memory);
      IntVector ints = new IntVector("i", memory);
      SmallIntVector shorts = new SmallIntVector("s", memory);
      TinyIntVector bytes = new TinyIntVector("b", memory);
      BitVector bits = new BitVector("t", memory);
      VarCharVector texts = new VarCharVector("v", memory);
      List<FieldVector> all = List.of(floats, doubles, longs, ints, shorts, bytes, bits, texts);
      for (int row = 0; row < ROWS; row++) {
        floats.setSafe(row, row / 4f);
        doubles.setSafe(row, row / 8.0);
        longs.setSafe(row, row * 10_000_000_000L);
        ints.setSafe(row, -row);
        shorts.setSafe(row, row);
        bytes.setSafe(row, row % 100);
        bits.setSafe(row, row % 3 == 0 ? 1 : 0);
        texts.setSafe(row, ("früh ✈ " + row).getBytes(UTF_8));
      }
      for (FieldVector vector : all) {
        if (nulls) {
          vector.setNull(7);
        }
        vector.setValueCount(ROWS);
      }
      for (FieldVector vector : all) {
        assertThat(read(vector, memory)).as(vector.getName()).isEqualTo(values(vector));
      }
      all.forEach(FieldVector::close);
    }
  }

  private static List<Object> read(FieldVector vector, RootAllocator memory) {
    ArrowColumnVector column = new ArrowColumnVector(vector);
    FeatureColumn feature =
        new FeatureColumn(
            vector.getName(),
            column.dataType(),
            0,
            memory,
            new DictionaryProvider.MapDictionaryProvider());
    List<Object> read = values(feature.read(column, ROWS));
    feature.close();
    return read;
  }

  private static List<Object> values(FieldVector vector) {
    List<Object> values = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      Object value = vector.getObject(row);
      values.add(value == null ? null : value.toString());
    }
    return values;
  }
}
