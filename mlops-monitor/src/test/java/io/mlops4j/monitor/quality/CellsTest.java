package io.mlops4j.monitor.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.monitor.profile.internal.ColumnKind;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CellsTest {
  private final BufferAllocator allocator = new RootAllocator();
  private final DictionaryProvider none = new DictionaryProvider.MapDictionaryProvider();

  @AfterEach
  void nothingIsLent() {
    allocator.close();
  }

  @Test
  void viewedTextsHaveTheHashOfTheirText() {
    try (ViewVarCharVector texts = new ViewVarCharVector("s", allocator)) {
      texts.allocateNew();
      texts.setSafe(0, "JFK".getBytes(StandardCharsets.UTF_8));
      texts.setSafe(1, "a text of more than twelve bytes".getBytes(StandardCharsets.UTF_8));
      texts.setValueCount(3);
      Cells cells = Cells.of(texts, ColumnKind.TEXTS, none);
      assertThat(cells.at(0)).isEqualTo(Cells.hash("JFK"));
      assertThat(cells.at(1)).isEqualTo(Cells.hash("a text of more than twelve bytes"));
      assertThat(Cells.isMissing(cells.at(2))).isTrue();
    }
  }

  @Test
  void vectorsOfDoublesAreMissingIfAComponentIs() {
    try (FixedSizeListVector vectors = FixedSizeListVector.empty("v", 2, allocator)) {
      vectors.addOrGetVector(
          FieldType.nullable(new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)));
      Float8Vector components = (Float8Vector) vectors.getDataVector();
      vectors.allocateNew();
      double[] values = {1, 2, 3, Double.NaN, Double.longBitsToDouble(0x7fc00000_7fc00000L), 4};
      for (int i = 0; i < values.length; i++) {
        vectors.setNotNull(i / 2);
        components.setSafe(i, values[i]);
      }
      vectors.setValueCount(3);
      Cells cells = Cells.of(vectors, ColumnKind.VECTORS, none);
      assertThat(Cells.isMissing(cells.at(0))).isFalse();
      assertThat(Cells.isMissing(cells.at(1))).isTrue();
      assertThat(Cells.isMissing(cells.at(2))).as("its halves are NaN as floats").isFalse();
    }
  }
}
