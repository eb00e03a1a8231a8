package io.mlops4j.runtime.binding.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.memory.DirectMemory;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The same values for each row, in the layout of an engine's answer. */
class ConstantOutputsTest {
  private final DirectMemory memory = new DirectMemory();

  private static TensorSpec tensor(String name, ElementType type, Dim... after) {
    Dim[] shape = new Dim[1 + after.length];
    shape[0] = Dim.any();
    System.arraycopy(after, 0, shape, 1, after.length);
    return new TensorSpec(name, type, List.of(shape), false);
  }

  private static ModelSignature signature(ValueSpec... outputs) {
    return new ModelSignature(List.of(), List.of(outputs));
  }

  private Outputs outputs(Map<String, ?> values, int rows, ValueSpec... specs) {
    try (ConstantOutputs constant =
        new ConstantOutputs(ConstantRow.of(signature(specs), values), memory, 1)) {
      return constant.of(rows); // readable after close
    }
  }

  private void release(Outputs outputs) {
    outputs.release();
    assertThat(memory.bytes()).isZero();
  }

  @Test
  void severalOutputsOfSeveralTypesAndShapes() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("p", new float[] {0.25f, 0.75f});
    values.put("label", "später");
    values.put("pair", List.of("a", ""));
    values.put("flag", true);
    values.put("grid", new double[] {1, 2, 3, 4, 5, 6});
    Outputs outputs =
        outputs(
            values,
            3,
            tensor("flag", ElementType.BOOL, Dim.of(1)),
            tensor("label", ElementType.STRING),
            tensor("pair", ElementType.STRING, Dim.of(2)),
            tensor("p", ElementType.FLOAT32, Dim.symbol("k")),
            tensor("grid", ElementType.FLOAT64, Dim.of(2), Dim.any()));
    assertThat(outputs.longs(0)).containsExactly(1, 1, 1);
    assertThat(outputs.shape(0)).containsExactly(3, 1);
    assertThat(outputs.strings(1)).containsExactly("später", "später", "später");
    assertThat(outputs.strings(2)).containsExactly("a", "", "a", "", "a", "");
    assertThat(outputs.floats(3)).containsExactly(.25f, .75f, .25f, .75f, .25f, .75f);
    assertThat(outputs.shape(3)).containsExactly(3, 2);
    assertThat(outputs.shape(4)).containsExactly(3, 2, 3);
    assertThat(outputs.doubles(4)).hasSize(18).endsWith(1, 2, 3, 4, 5, 6);
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = outputs.root(allocator)) {
      assertThat(root.getRowCount()).isEqualTo(3);
      assertThat(root.getVector("label").getObject(2)).hasToString("später");
      assertThat(root.getVector("flag").getValueCount()).isEqualTo(3);
    }
    release(outputs);
  }

  @Test
  void noRows() {
    Outputs outputs =
        outputs(
            Map.of("y", 1, "t", "x"),
            0,
            tensor("y", ElementType.FLOAT32),
            tensor("t", ElementType.STRING, Dim.of(1)));
    assertThat(outputs.floats(0)).isEmpty();
    assertThat(outputs.strings(1)).isEmpty();
    release(outputs);
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"STRING", "BOOL"})
  void everyTypeOfNumber(ElementType type) {
    Outputs outputs = outputs(Map.of("y", 97), 2, tensor("y", type));
    switch (type) {
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 ->
          assertThat(outputs.doubles(0)).containsExactly(97, 97);
      case UINT64 -> assertThat(outputs.longAt(0, 1)).isEqualTo(97);
      default -> assertThat(outputs.longs(0)).containsExactly(97, 97);
    }
    release(outputs);
  }

  @Test
  void realNumbersAreRounded() {
    // 0.1 in half precision, by numpy: float(np.float16(0.1)); and in bfloat16, by hand: 0x3dcd
    Outputs outputs =
        outputs(
            Map.of("h", 0.1, "b", 0.1, "n", Double.NaN),
            1,
            tensor("h", ElementType.FLOAT16),
            tensor("b", ElementType.BFLOAT16),
            tensor("n", ElementType.FLOAT32));
    assertThat(outputs.doubles(0)).containsExactly(0.0999755859375);
    assertThat(outputs.doubles(1)).containsExactly(Float.intBitsToFloat(0x3dcd << 16));
    assertThat(outputs.doubles(2)).containsExactly(Double.NaN);
    release(outputs);
  }

  @ParameterizedTest
  @CsvSource({
    "INT8, 128",
    "INT8, -129",
    "UINT8, 256",
    "UINT8, -1",
    "INT16, 32768",
    "UINT16, 65536",
    "INT32, 2147483648",
    "UINT32, 4294967296",
    "INT64, 0.5",
    "INT64, 1e30",
    "UINT64, -1",
    "FLOAT32, 1e39",
    "FLOAT16, 65520",
    "BFLOAT16, 3.4e38"
  })
  void numbersThatDoNotFitAreRejected(ElementType type, double value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConstantRow.of(signature(tensor("y", type)), Map.of("y", value)))
        .withMessageStartingWith("default prediction: output \"y\"");
  }

  @Test
  void otherValuesAndOutputsAreRejected() {
    ModelSignature grid = signature(tensor("y", ElementType.FLOAT32, Dim.of(2), Dim.any()));
    for (Object value :
        Arrays.asList(1, List.of(), List.of(1, 2, 3), "text", new String[] {"a", "b"}, true)) {
      assertThatIllegalArgumentException()
          .as("%s", value)
          .isThrownBy(() -> ConstantRow.of(grid, Map.of("y", value)));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ConstantRow.of(
                    signature(new TensorSpec("y", ElementType.FLOAT32, List.of(), false)),
                    Map.of("y", 1)))
        .withMessageContaining("found a scalar");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ConstantRow.of(
                    signature(new SequenceSpec("y", tensor("", ElementType.FLOAT32), false)),
                    Map.of("y", 1)))
        .withMessageContaining("a sequence or map has no default");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConstantRow.of(grid, Collections.emptyMap()))
        .withMessage(
            "default prediction: found no value for the output \"y\", expected one for each of [y]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConstantRow.of(grid, Map.of("Y", 1)))
        .withMessageContaining("expected one of [y]");
  }

  @Test
  void theDigestIsThatOfTheValues() {
    ModelSignature y = signature(tensor("y", ElementType.FLOAT64, Dim.any()));
    assertThat(ConstantRow.of(y, Map.of("y", List.of(1.0, 2.0))).digest())
        .isEqualTo(ConstantRow.of(y, Map.of("y", new double[] {1, 2})).digest())
        .isNotEqualTo(ConstantRow.of(y, Map.of("y", new double[] {2, 1})).digest());
  }
}
