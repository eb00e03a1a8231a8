package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.longs;
import static io.mlops4j.runtime.onnx.OnnxFixture.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Data through which ONNX Runtime alone ends the process, each in a JVM of its own. Expected
 * answers are ONNX's definition, by hand.
 */
class EndingOperatorsTest {
  private static final String MATRIX =
      "input { name: 'x' type { tensor_type { elem_type: 7 shape { dim { dim_param: 'M' } dim {"
          + " dim_value: 2 } } } } } ";
  private static final String SCALAR =
      "input { name: 'k' type { tensor_type { elem_type: 7 shape { } } } } ";
  private static final String ANSWER =
      "output { name: 'y' type { tensor_type { elem_type: %d } } } ";

  private static final String LENGTH = "node { op_type: 'SequenceLength' input: 'q' output: 'y' } ";

  private static final Map<String, String> MODELS =
      Map.ofEntries(
          Map.entry("upper", trilu("", 1)),
          Map.entry("lower", trilu("", 0)),
          Map.entry("upper of Microsoft", trilu("com.microsoft", 1)),
          Map.entry("lower of Microsoft", trilu("com.microsoft", 0)),
          Map.entry("top values", top("y", "i", "input: 'x'", "")),
          Map.entry("top indices", top("v", "y", "input: 'x'", "")),
          Map.entry("top indices alone", top("", "y", "input: 'x'", "")),
          Map.entry(
              "top columns",
              top("y", "i", "input: 'x'", "attribute { name: 'axis' type: INT i: 0 }")),
          Map.entry(
              "vectors",
              "node { op_type: 'Cast' input: 'x' output: 'f' attribute { name: 'to' type: INT i: 1"
                  + " } } node { op_type: 'Shape' input: 'x' output: 'rows' attribute { name: 'end'"
                  + " type: INT i: 1 } } node { op_type: 'Concat' input: 'rows' input: 'one'"
                  + " output: 'column' attribute { name: 'axis' type: INT i: 0 } } node { op_type:"
                  + " 'Cast' input: 'k' output: 'h' attribute { name: 'to' type: INT i: 1 } } node"
                  + " { op_type: 'Expand' input: 'h' input: 'column' output: 'e' } node { op_type:"
                  + " 'FeatureVectorizer' domain: 'ai.onnx.ml' input: 'f' input: 'e' output: 'y'"
                  + " attribute { name: 'inputdimensions' type: INTS ints: 2 ints: 3 } }"
                  + " initializer { name: 'one' dims: 1 data_type: 7 int64_data: 1 } "
                  + MATRIX
                  + SCALAR
                  + ANSWER.formatted(1)),
          Map.entry("at", sequence("SequenceAt' input: 's' input: 'i' output: 'y", "")),
          Map.entry("erased", sequence("SequenceErase' input: 's' input: 'i' output: 'q", LENGTH)),
          Map.entry(
              "inserted",
              sequence("SequenceInsert' input: 's' input: 'x' input: 'i' output: 'q", LENGTH)),
          Map.entry(
              "short-time Fourier",
              "node { op_type: 'Cast' input: 'x' output: 'f' attribute { name: 'to' type: INT i: 1"
                  + " } } node { op_type: 'Unsqueeze' input: 'f' input: 'last' output: 's' } node {"
                  + " op_type: 'STFT' input: 's' input: 'one' input: '' input: 'k' output: 'y' }"
                  + " initializer { name: 'last' dims: 1 data_type: 7 int64_data: 2 } initializer {"
                  + " name: 'one' data_type: 7 int64_data: 1 } "
                  + MATRIX
                  + SCALAR
                  + ANSWER.formatted(1)));

  /** At k, or at no index if x has no rows. */
  private static String sequence(String operator, String after) {
    return "node { op_type: 'SequenceConstruct' input: 'x' output: 's' } node { op_type: 'Shape'"
        + " input: 'x' output: 'rows' attribute { name: 'end' type: INT i: 1 } } node {"
        + " op_type: 'Expand' input: 'k' input: 'rows' output: 'i' }"
        + " node { op_type: '%s' } ".formatted(operator)
        + after
        + MATRIX
        + SCALAR
        + ANSWER.formatted(7);
  }

  private static String trilu(String domain, int upper) {
    return "node { op_type: 'Trilu' domain: '%s' input: 'x' input: 'k' output: 'y' attribute { name: 'upper' type: INT i: %d } } "
            .formatted(domain, upper)
        + MATRIX
        + SCALAR
        + ANSWER.formatted(7);
  }

  private static String top(String values, String indices, String data, String attribute) {
    return "node { op_type: 'Unsqueeze' input: 'k' input: 'zero' output: 'n' }"
        + " node { op_type: 'TopK' %s input: 'n' output: '%s' output: '%s' %s }"
            .formatted(data, values, indices, attribute)
        + " initializer { name: 'zero' dims: 1 data_type: 7 int64_data: 0 } "
        + MATRIX
        + SCALAR
        + ANSWER.formatted(7);
  }

  /** A model, and calls of it: k, a comma, and the elements of x, two a row. Prints the answers. */
  public static void main(String[] args) {
    byte[] model =
        ProtoText.of(
            "ir_version: 9 opset_import { version: 20 } opset_import { domain: 'com.microsoft'"
                + " version: 1 } opset_import { domain: 'ai.onnx.ml' version: 3 } graph { name: 'g'"
                + " "
                + MODELS.get(args[0])
                + "}");
    OnnxFixture onnx = new OnnxFixture();
    try (EngineModel loaded = onnx.engine.load(OnnxFixture.source("e.onnx", model), CPU);
        EngineSlot slot = loaded.slot()) {
      Stream.of(args).skip(1).forEach(call -> System.out.println(answered(slot, call)));
    }
    onnx.close();
  }

  private static String answered(EngineSlot slot, String call) {
    long[] all = Stream.of(call.split(",")).mapToLong(Long::parseLong).toArray();
    long[] x = Arrays.copyOfRange(all, 1, all.length);
    feed(slot, 0, longs(x), x.length / 2, 2);
    feed(slot, 1, longs(all[0]));
    try {
      slot.run();
      EngineValue output = slot.output(0);
      long[] dims = LongStream.range(0, output.rank()).map(i -> output.dim((int) i)).toArray();
      ByteBuffer answer = ByteBuffer.wrap(read(output)).order(ByteOrder.nativeOrder());
      List<Long> y = new ArrayList<>();
      while (answer.hasRemaining()) {
        y.add(output.type() == ElementType.INT64 ? answer.getLong() : (long) answer.getFloat());
      }
      return Arrays.toString(dims) + y;
    } catch (InferenceException e) {
      return "refused";
    } finally {
      slot.recycle();
    }
  }

  private static List<String> said(String model, List<String> calls) throws Exception {
    ProcessBuilder child =
        new ProcessBuilder(
            Stream.of(
                    Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .filter(flag -> flag.startsWith("--")),
                    Stream.of(
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=/dev/null",
                        EndingOperatorsTest.class.getName(),
                        model),
                    calls.stream())
                .flatMap(part -> part)
                .toList());
    child.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = child.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    return exit == 0 ? said.lines().toList() : List.of("ended with " + exit + " after " + said);
  }

  private static final long MIN = Long.MIN_VALUE;
  private static final long MAX = Long.MAX_VALUE;

  /** Calls as {@link #main} takes them, with their answers. */
  static Stream<Arguments> calls() {
    Map<String, String> upper = new LinkedHashMap<>();
    Map<String, String> lower = new LinkedHashMap<>();
    for (long k : new long[] {MIN, MIN + 1, MIN + 2, -MAX / 2 - 1, -3}) {
      upper.put(k + ",1,2,3,4", "[2, 2][1, 2, 3, 4]");
      lower.put(k + ",1,2,3,4", "[2, 2][0, 0, 0, 0]");
    }
    for (long k : new long[] {MAX, MAX - 1, MAX / 2 + 1, 3}) {
      upper.put(k + ",1,2,3,4", "[2, 2][0, 0, 0, 0]");
      lower.put(k + ",1,2,3,4", "[2, 2][1, 2, 3, 4]");
    }
    upper.put("0,1,2,3,4", "[2, 2][1, 2, 0, 4]");
    upper.put("-1,1,2,3,4", "[2, 2][1, 2, 3, 4]");
    upper.put("1,1,2,3,4", "[2, 2][0, 2, 0, 0]");
    lower.put("0,1,2,3,4", "[2, 2][1, 0, 3, 4]");
    lower.put("-1,1,2,3,4", "[2, 2][0, 0, 3, 0]");
    upper.put(MIN + "", "[0, 2][]");
    return Stream.of(
        Arguments.of("upper", upper),
        Arguments.of("lower", lower),
        Arguments.of("upper of Microsoft", upper),
        Arguments.of("lower of Microsoft", lower),
        Arguments.of(
            "top values",
            Map.of(
                "1", "[0, 1][]",
                "2", "[0, 2][]",
                "0", "[0, 0][]",
                "3", "refused",
                "-1", "refused",
                "1,5,6,8,7", "[2, 1][6, 8]",
                "2,5,6,8,7", "[2, 2][6, 5, 8, 7]",
                "0,5,6", "[1, 0][]",
                "3,5,6", "refused")),
        Arguments.of("top indices", Map.of("1", "[0, 1][]", "2,5,6,8,7", "[2, 2][1, 0, 0, 1]")),
        Arguments.of("top indices alone", Map.of("2", "[0, 2][]", "1,5,6", "[1, 1][1]")),
        Arguments.of(
            "top columns", Map.of("0", "[0, 2][]", "1", "refused", "1,5,6,8,7", "[1, 2][8, 7]")),
        Arguments.of(
            "short-time Fourier", Map.of("0,1,2", "refused", "2,1,2", "[1, 1, 2, 2][3, 0, -1, 0]")),
        Arguments.of("at", Map.of("0", "refused", "7", "refused", "0,1,2", "[1, 2][1, 2]")),
        Arguments.of("erased", Map.of("0", "refused", "0,1,2", "[][0]")),
        Arguments.of("inserted", Map.of("0", "refused", "0,1,2", "[][2]")),
        Arguments.of(
            "vectors",
            Map.of("0", "[0, 5][]", "7,1,2,3,4", "[2, 5][1, 2, 7, 0, 0, 3, 4, 7, 0, 0]")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void dataDoNotEndTheProcess(String model, Map<String, String> answers) throws Exception {
    List<String> calls = List.copyOf(answers.keySet());
    assertThat(said(model, calls)).isEqualTo(calls.stream().map(answers::get).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node { op_type: 'Trilu' input: 'x' input: 'm' output: 'y' }"
            + " initializer { name: 'm' data_type: 7 int64_data: -3 } ",
        "node { op_type: 'Constant' output: 'm' attribute { name: 'value_int' type: INT i: 3 } }"
            + " node { op_type: 'Trilu' input: 'x' input: 'm' output: 'y' } ",
        "node { op_type: 'Trilu' input: 'x' output: 'y' } "
      })
  void diagonalsThatAreNotFarAwayAreLeftAlone(String nodes) {
    byte[] model = ProtoText.model(nodes + MATRIX + ANSWER.formatted(7));
    assertThat(OnnxFile.read(OnnxFixture.source("e.onnx", model), false).content().model())
        .isEqualTo(ByteBuffer.wrap(model));
  }

  @Test
  void operatorsOfOldSetsAreRefusedUnlessTheirMakerIsTrusted() {
    byte[] model =
        ProtoText.of(
            "ir_version: 4 opset_import { version: 8 } graph { name: 'g' node { op_type: 'TopK'"
                + " input: 'x' output: 'y' output: 'i' attribute { name: 'k' type: INT i: 1 } } "
                + MATRIX.replace("elem_type: 7", "elem_type: 1")
                + ANSWER.formatted(1)
                + "}");
    assertThatThrownBy(() -> OnnxFile.read(OnnxFixture.source("e.onnx", model), false))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("TopK, Trilu or FeatureVectorizer before set 10");
    assertThat(OnnxFile.read(OnnxFixture.source("e.onnx", model), true).bytes()).isNotNull();
  }
}
