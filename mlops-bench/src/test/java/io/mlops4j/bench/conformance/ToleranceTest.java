package io.mlops4j.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ElementType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToleranceTest {
  private static boolean holds(ElementType type, byte[] found, byte[] expected) {
    return Tolerance.holds(sets(type, found), sets(type, expected));
  }

  private static List<Map<String, Value>> sets(ElementType type, byte[] bits) {
    long[] shape = {bits.length / type.bytes()};
    return List.of(Map.of("y", Value.of(Tensor.of(type, shape, bits))));
  }

  private static byte[] bits(int... upperFirst) {
    byte[] bits = new byte[upperFirst.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = (byte) upperFirst[bits.length - 1 - i];
    }
    return bits;
  }

  @Test
  void halfPrecisionIsComparedAsNumbers() {
    byte[] one = bits(0x3c, 0x00);
    assertThat(holds(ElementType.FLOAT16, bits(0x3c, 0x01), one)).isTrue(); // 1.00098
    assertThat(holds(ElementType.FLOAT16, bits(0x3c, 0x02), one)).isFalse();
    assertThat(holds(ElementType.FLOAT16, bits(0x00, 0x01), bits(0x80, 0x01))).isFalse(); // 6e-8
    assertThat(holds(ElementType.FLOAT16, bits(0x00, 0x01), bits(0x00, 0x00))).isTrue();
    assertThat(holds(ElementType.FLOAT16, bits(0x7c, 0x00), bits(0xfc, 0x00))).isFalse(); // inf
    assertThat(holds(ElementType.FLOAT16, bits(0x7e, 0x00), bits(0x7e, 0x01))).isTrue(); // NaN
  }

  @Test
  void otherFloatsToo() {
    assertThat(holds(ElementType.BFLOAT16, bits(0x3f, 0x80), bits(0x3f, 0x81))).isFalse();
    assertThat(
            holds(ElementType.FLOAT32, bits(0x3f, 0x80, 0x10, 0x00), bits(0x3f, 0x80, 0x00, 0x00)))
        .isTrue();
    assertThat(
            holds(
                ElementType.FLOAT64,
                bits(0x3f, 0xf0, 0x10, 0, 0, 0, 0, 0),
                bits(0x3f, 0xf0, 0, 0, 0, 0, 0, 0)))
        .isFalse();
  }

  @Test
  void integersMustBeEqual() {
    assertThat(holds(ElementType.INT16, bits(0x10, 0x00), bits(0x10, 0x01))).isFalse();
  }
}
