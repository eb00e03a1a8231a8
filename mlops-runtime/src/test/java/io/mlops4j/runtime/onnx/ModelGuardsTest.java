package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.longs;
import static io.mlops4j.runtime.onnx.OnnxFixture.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Divisions of the smallest number by -1, which end the process on ONNX Runtime itself: if this
 * fails, the JVM of the test dies. Expected are Java's own quotients and remainders.
 */
class ModelGuardsTest {
  private static final int INT32 = 6;
  private static final int INT64 = 7;
  private static final String IN = ProtoText.value("input", "a", INT64);
  private static final String B = ProtoText.value("input", "b", INT64);
  private static final String OUT = ProtoText.value("output", "c", INT64);
  private static final String DIV =
      "node { op_type: \"Div\" input: \"a\" input: \"b\" output: \"c\" }";
  private static final long MIN = Long.MIN_VALUE;

  private final OnnxFixture onnx = new OnnxFixture();

  @AfterEach
  void close() {
    onnx.close();
  }

  private byte[] divided(byte[] model, byte[] a, byte[] b, long dimsA, long... dimsB) {
    try (EngineModel loaded = onnx.engine.load(OnnxFixture.source("d.onnx", model), CPU);
        EngineSlot slot = loaded.slot()) {
      feed(slot, 0, a, dimsA);
      if (loaded.signature().inputs().size() > 1) {
        feed(slot, 1, b, dimsB);
      }
      slot.run();
      byte[] answer = read(slot.output(0));
      slot.recycle();
      return answer;
    }
  }

  @ParameterizedTest
  @CsvSource({"Div, 6", "Div, 7", "Mod, 6", "Mod, 7"})
  void everyPairHasTheAnswerOfTwosComplement(String operator, int type) {
    long min = type == INT32 ? Integer.MIN_VALUE : MIN;
    long[] all = {min, min + 1, -7, -2, -1, 0, 1, 2, 7, -(min + 1) - 1, -(min + 1)};
    List<Long> as = new ArrayList<>();
    List<Long> bs = new ArrayList<>();
    List<Long> expected = new ArrayList<>();
    for (long a : all) {
      for (long b : all) {
        if (b != 0) {
          as.add(a);
          bs.add(b);
          long quotient = type == INT32 ? (int) a / (int) b : a / b;
          expected.add(operator.equals("Div") ? quotient : Math.floorMod(a, b));
        }
      }
    }
    byte[] model =
        ProtoText.model(
            "node { op_type: \"%s\" input: \"a\" input: \"b\" output: \"c\" }".formatted(operator)
                + ProtoText.value("input", "a", type)
                + ProtoText.value("input", "b", type)
                + ProtoText.value("output", "c", type));
    assertThat(divided(model, bytes(type, as), bytes(type, bs), as.size(), bs.size()))
        .isEqualTo(bytes(type, expected));
  }

  private static byte[] bytes(int type, List<Long> values) {
    int size = type == INT32 ? 4 : 8;
    ByteBuffer bytes = ByteBuffer.allocate(size * values.size()).order(ByteOrder.nativeOrder());
    values.forEach(v -> (size == 4 ? bytes.putInt(v.intValue()) : bytes.putLong(v)).position());
    return bytes.array();
  }

  @Test
  void aScalarDivisorIsGuarded() {
    String scalar = "input { name: \"b\" type { tensor_type { elem_type: 7 shape { } } } }";
    assertThat(divided(ProtoText.model(DIV + IN + scalar + OUT), longs(MIN, 6), longs(-1), 2))
        .isEqualTo(longs(MIN, -6));
  }

  /** The operator set's own functions, subgraphs and constants, each with the divisor -1. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        // An initialiser.
        "node { op_type: 'Div' input: 'a' input: 'm' output: 'c' }",
        // Made by a node.
        "node { op_type: 'Constant' output: 'k' attribute { name: 'value_ints' type: INTS ints: -1"
            + " } } node { op_type: 'Div' input: 'a' input: 'k' output: 'c' }",
        // Computed, of a type that is only known to ONNX Runtime.
        "node { op_type: 'EyeLike' input: 'square' output: 'eye' attribute { name: 'dtype' type:"
            + " INT i: 7 } } node { op_type: 'ReduceSum' input: 'eye' output: 'one' attribute {"
            + " name: 'keepdims' type: INT i: 0 } } node { op_type: 'Neg' input: 'one' output: 'k'"
            + " } node { op_type: 'Range' input: 'k' input: 'ten' input: 'hundred' output: 'r' }"
            + " node { op_type: 'Div' input: 'a' input: 'r' output: 'c' }",
        // In a branch, of values outside.
        "node { op_type: 'If' input: 'yes' output: 'c'"
            + " attribute { name: 'then_branch' type: GRAPH g { name: 't'"
            + " node { op_type: 'Div' input: 'a' input: 'm' output: 'd' } output { name: 'd' } } }"
            + " attribute { name: 'else_branch' type: GRAPH g { name: 'e'"
            + " node { op_type: 'Identity' input: 'a' output: 'e' } output { name: 'e' } } } }",
        // In a loop, twice: of the smallest number both times.
        "node { op_type: 'Loop' input: 'turns' input: '' input: 'a' output: 'c'"
            + " attribute { name: 'body' type: GRAPH g { name: 'l'"
            + " node { op_type: 'Identity' input: 'go' output: 'on' }"
            + " node { op_type: 'Div' input: 'v' input: 'm' output: 'w' }"
            + " input { name: 'i' type { tensor_type { elem_type: 7 shape { } } } }"
            + " input { name: 'go' type { tensor_type { elem_type: 9 shape { } } } }"
            + " input { name: 'v' type { tensor_type { elem_type: 7 } } }"
            + " output { name: 'on' type { tensor_type { elem_type: 9 shape { } } } }"
            + " output { name: 'w' type { tensor_type { elem_type: 7 } } } } } }",
        // In a scan.
        "node { op_type: 'Scan' input: 'a' output: 'c' attribute { name: 'num_scan_inputs' type:"
            + " INT i: 1 } attribute { name: 'body' type: GRAPH g { name: 's' node { op_type: 'Div'"
            + " input: 'v' input: 'one_m' output: 'w' } input { name: 'v' type { tensor_type {"
            + " elem_type: 7 shape { } } } } output { name: 'w' type { tensor_type { elem_type: 7"
            + " shape { } } } } } } }",
        // In a function.
        "node { op_type: 'Halve' domain: 'own' input: 'a' input: 'm' output: 'c' }"
      })
  void divisionsAreGuardedWhereverTheyStand(String nodes) {
    String model =
        """
        ir_version: 9
        opset_import { version: 20 }
        opset_import { domain: 'own' version: 1 }
        functions { name: 'Halve' domain: 'own' input: 'p' input: 'q' output: 'r'
          opset_import { version: 20 }
          node { op_type: 'Div' input: 'p' input: 'q' output: 'r' } }
        graph { name: 'g' %s
          initializer { name: 'm' dims: 1 data_type: 7 int64_data: -1 }
          initializer { name: 'one_m' data_type: 7 int64_data: -1 }
          initializer { name: 'ten' data_type: 7 int64_data: 10 }
          initializer { name: 'hundred' data_type: 7 int64_data: 100 }
          initializer { name: 'turns' data_type: 7 int64_data: 2 }
          initializer { name: 'yes' data_type: 9 int32_data: 1 }
          initializer { name: 'square' dims: 1 dims: 1 data_type: 1 float_data: 1 }
          %s %s }
        """
            .formatted(nodes, IN, OUT);
    byte[] expected = nodes.contains("Loop") ? longs(MIN, 5) : longs(MIN, -5);
    assertThat(divided(ProtoText.of(model), longs(MIN, 5), new byte[0], 2)).isEqualTo(expected);
  }

  @Test
  void aDivisorInAnotherFileIsGuarded() {
    byte[] model =
        ProtoText.model(
            """
            node { op_type: "Div" input: "a" input: "m" output: "c" }
            initializer { name: "m" dims: 1 data_type: 7 data_location: EXTERNAL
              external_data { key: "location" value: "w.bin" } }
            """
                + IN
                + OUT);
    OnnxFixture.Source source =
        new OnnxFixture.Source(
            "d.onnx", ByteBuffer.wrap(model), Map.of("w.bin", ByteBuffer.wrap(longs(-1))));
    assertThat(source.format()).isEqualTo(ModelFormat.ONNX);
    try (EngineModel loaded = onnx.engine.load(source, CPU);
        EngineSlot slot = loaded.slot()) {
      feed(slot, 0, longs(MIN, 5), 2);
      slot.run();
      assertThat(read(slot.output(0))).isEqualTo(longs(MIN, -5));
      slot.recycle();
    }
  }

  @Test
  void floatsOfATypeThatIsNotKnownKeepTheirBits() {
    float[] a = {0f, -0f, 1f, -1f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -3.5f};
    float[] b = {-1f, -1f, -1f, -0f, -1f, -1f, -3f, -1f};
    float[] expected = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      expected[i] = a[i] / b[i];
    }
    byte[] model =
        ProtoText.model(
            """
            node { op_type: "SequenceConstruct" input: "a" output: "s" }
            node { op_type: "SequenceAt" input: "s" input: "i" output: "p" }
            node { op_type: "SequenceConstruct" input: "b" output: "t" }
            node { op_type: "SequenceAt" input: "t" input: "i" output: "q" }
            node { op_type: "Div" input: "p" input: "q" output: "c" }
            initializer { name: "i" data_type: 7 int64_data: 0 }
            """
                + ProtoText.value("input", "a", 1)
                + ProtoText.value("input", "b", 1)
                + ProtoText.value("output", "c", 1));
    assertThat(content(model)).isNotEqualTo(ByteBuffer.wrap(model));
    byte[] answer = divided(model, OnnxFixture.floats(a), OnnxFixture.floats(b), 8, 8);
    assertThat(answer).isEqualTo(OnnxFixture.floats(expected));
  }

  /**
   * Integers of all types, as far as ONNX Runtime divides them: the smallest one by -1, and 7 by 2.
   */
  @ParameterizedTest
  @CsvSource({
    "Div, 3, 20", "Mod, 3, 20", "Div, 5, 20", "Mod, 5, 20", "Div, 2, 20", "Mod, 2, 20",
        "Div, 4, 20",
    "Mod, 4, 20", "Div, 6, 20", "Mod, 6, 20", "Div, 7, 20", "Mod, 7, 20", "Div, 12, 20",
        "Mod, 12, 20",
    "Div, 13, 20", "Mod, 13, 20", "Div, 3, 15", "Div, 3, 14", "Mod, 3, 13", "Div, 5, 14",
        "Mod, 5, 14",
    "Div, 2, 14", "Div, 4, 14", "Div, 13, 14", "Div, 13, 13", "Mod, 4, 13", "Div, 7, 14",
        "Div, 6, 13"
  })
  void integersOfATypeThatIsNotKnownAreDivided(String operator, int type, int set) {
    int bits = Map.of(2, 8, 3, 8, 4, 16, 5, 16, 6, 32, 12, 32).getOrDefault(type, 64);
    boolean signed = type == 3 || type == 5 || type == 6 || type == 7;
    long smallest = signed ? -1L << (bits - 1) : 0;
    long last = signed || bits == 64 ? -1 : (1L << bits) - 1;
    boolean div = operator.equals("Div");
    byte[] model = unknown(operator, type, set);
    long[] expected = {div ? (signed ? smallest : 0) : 0, div ? 3 : 1, div ? 1 : 0};
    assertThat(
            divided( // trusted: without a guard where ONNX Runtime has no operators for it
                model, little(bits, smallest, 7, last), little(bits, last, 2, last), 3, 3))
        .isEqualTo(little(bits, expected));
  }

  @Test
  void divisionsOfATypeThatIsNotKnownAndCannotBeGuardedAreRefusedUnlessTheMakerIsTrusted() {
    byte[] model = unknown("Div", 3, 14);
    assertThatThrownBy(
            () -> onnx.engine.load(OnnxFixture.source("d.onnx", model), CPU.withoutTrust()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "d.onnx: data may end the process in Div 'r', because its type is not known");
  }

  private static byte[] unknown(String operator, int type, int set) {
    return ProtoText.of(
        """
        ir_version: 7 opset_import { version: %d } graph { name: 'g'
          node { op_type: 'SequenceConstruct' input: 'a' output: 's' }
          node { op_type: 'SequenceAt' input: 's' input: 'i' output: 'p' }
          node { op_type: 'SequenceConstruct' input: 'b' output: 't' }
          node { op_type: 'SequenceAt' input: 't' input: 'i' output: 'q' }
          node { op_type: '%s' input: 'p' input: 'q' output: 'r' }
          node { op_type: 'SequenceConstruct' input: 'r' output: 'u' }
          node { op_type: 'SequenceAt' input: 'u' input: 'i' output: 'c' }
          initializer { name: 'i' data_type: 7 int64_data: 0 } %s }
        """
            .formatted(
                set,
                operator,
                ProtoText.value("input", "a", type)
                    + ProtoText.value("input", "b", type)
                    + ProtoText.value("output", "c", type)));
  }

  private static byte[] little(int bits, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(bits / 8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      for (int shift = 0; shift < bits; shift += 8) {
        bytes.put((byte) (value >>> shift));
      }
    }
    return bytes.array();
  }

  private static ByteBuffer content(byte[] model) {
    return OnnxFile.read(OnnxFixture.source("d.onnx", model), false).content().model();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node { op_type: 'Div' input: 'a' input: 'two' output: 'c' }",
        "node { op_type: 'Cast' input: 'a' output: 'f' attribute { name: 'to' type: INT i: 1 } }"
            + " node { op_type: 'ReduceMean' input: 'f' output: 'g' } node { op_type: 'Div' input:"
            + " 'f' input: 'g' output: 'h' } node { op_type: 'Cast' input: 'h' output: 'c'"
            + " attribute { name: 'to' type: INT i: 7 } }"
      })
  void modelsWithoutSuchADivisionGoToOnnxRuntimeAsTheyAre(String nodes) {
    byte[] model =
        ProtoText.model(
            nodes
                + "initializer { name: 'two' dims: 2 data_type: 7 int64_data: 2 int64_data: 0 }"
                + IN
                + OUT);
    assertThat(content(model)).isEqualTo(ByteBuffer.wrap(model));
  }

  @Test
  void divisionByZeroIsReported() {
    byte[] model = ProtoText.model(DIV + IN + B + OUT);
    assertThatThrownBy(() -> divided(model, longs(1, 2), longs(1, 0), 2, 2))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("division by zero");
    assertThat(divided(model, longs(MIN), longs(-1), 1, 1)).isEqualTo(longs(MIN));
  }

  @Test
  void divisionsOfOldOperatorSetsAreRefusedUnlessTheirMakerIsTrusted() {
    byte[] model =
        ProtoText.of(
            "ir_version: 4 opset_import { version: 8 } graph { name: 'g' "
                + DIV
                + IN
                + B
                + OUT
                + "}");
    assertThatThrownBy(() -> OnnxFile.read(OnnxFixture.source("d.onnx", model), false))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "d.onnx: data may end the process in Div 'c', because operator set 8 is older than 9");
    assertThat(divided(model, longs(7), longs(-2), 1, 1)).isEqualTo(longs(-3));
  }
}
