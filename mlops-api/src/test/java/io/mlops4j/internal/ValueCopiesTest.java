package io.mlops4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.feature.FixedShapeTensorVector;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueCopiesTest {
  /** Arrow's own copy of tensors of size 0 takes more than the allocator has. */
  @ParameterizedTest
  @ValueSource(longs = {0, 2})
  void tensorsAreCopiedWithTheirNulls(long size) {
    Field field = FixedShapeTensorType.of(size).field("x", MinorType.FLOAT4.getType());
    try (RootAllocator allocator = new RootAllocator(1 << 20);
        FieldVector source = field.createVector(allocator);
        FieldVector target = field.createVector(allocator)) {
      FixedSizeListVector lists = ((FixedShapeTensorVector) source).getUnderlyingVector();
      lists.allocateNew();
      lists.setNotNull(1);
      source.setValueCount(2);
      for (int row = 0; row < 1000; row++) {
        ValueCopies.copy(source, row % 2, target, row);
      }
      target.setValueCount(1000);
      assertThat(target.getNullCount()).isEqualTo(500);
      assertThat(target.isNull(998)).isTrue();
      assertThat(target.isNull(999)).isFalse();
      assertThat(ValueCopies.isOfEmptyLists(target)).isEqualTo(size == 0);
    }
  }
}
