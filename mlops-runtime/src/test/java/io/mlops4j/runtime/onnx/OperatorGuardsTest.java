package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.longs;
import static io.mlops4j.runtime.onnx.OnnxFixture.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.model.ElementType;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import io.mlops4j.spi.LoadRequest;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Data through which ONNX Runtime alone ends the process, in a JVM of their own. Expected answers
 * are ONNX's definition, by hand.
 */
class OperatorGuardsTest {
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
                  + ANSWER.formatted(1)),
          Map.entry(
              "regions",
              ranked(
                  "RoiAlign' input: 'r' input: 'region' input: 'first' output: 'y",
                  "initializer { name: 'region' dims: 1 dims: 4 data_type: 1 float_data: [0, 0, 1,"
                      + " 1] } initializer { name: 'first' dims: 1 data_type: 7 int64_data: 0 } ",
                  1)),
          Map.entry(
              "regions of unknown rank",
              ranked(
                  "RoiAlign' input: 'image' input: 'r' input: 'first' output: 'y",
                  "initializer { name: 'image' dims: [1, 1, 1, 2] data_type: 1 float_data: [5, 5] }"
                      + " initializer { name: 'first' dims: 1 data_type: 7 int64_data: 0 } ",
                  1)),
          Map.entry("text of one label", textOfOneLabel()),
          Map.entry("number of one label", numberOfOneLabel()),
          Map.entry("score of one label", scoreOfOneLabel()),
          Map.entry("scalar normalized", normalizer("k") + MATRIX + SCALAR + ANSWER.formatted(1)),
          Map.entry(
              "rows normalized",
              ranked(
                  "Normalizer' domain: 'ai.onnx.ml' input: 'r' output: 'y' attribute { name:"
                      + " 'norm' type: STRING s: 'MAX' ",
                  "",
                  1)),
          Map.entry(
              "vectors of unequal rank",
              ranked(
                  "FeatureVectorizer' domain: 'ai.onnx.ml' input: 'pair' input: 'r' output: 'y'"
                      + " attribute { name: 'inputdimensions' type: INTS ints: 2 ints: 2 ",
                  "initializer { name: 'pair' dims: [1, 2] data_type: 1 float_data: [5, 6] } ",
                  1)),
          Map.entry(
              "joined",
              ranked(
                  "Concat' input: 'pair' input: 'r' output: 'y' attribute { name: 'axis' type: INT"
                      + " i: 0 ",
                  "initializer { name: 'pair' dims: [1, 2] data_type: 1 float_data: [5, 6] } ",
                  1)),
          Map.entry("transformed", indexed("DFT' input: 's' input: '' input: 'i' output: 'y", 1)),
          Map.entry("transformed by length", indexed("DFT' input: 's' input: 'i' output: 'y", 1)),
          Map.entry(
              "bifurcated",
              indexed(
                  "BifurcationDetector' domain: 'com.microsoft' input: 'one' input: 'one' input:"
                      + " 'i' output: 'y' output: 'z",
                  7)),
          Map.entry("with ellipses", ellipses(MATRIX)),
          Map.entry(
              "trusted with ellipses", ellipses(MATRIX.replace("dim_param: 'M'", "dim_value: 2"))),
          Map.entry(
              "one of many",
              "node { op_type: 'OneHot' input: 'x' input: 'none' input: 'values' output: 'y' }"
                  + " initializer { name: 'none' dims: 0 data_type: 7 }"
                  + " initializer { name: 'values' dims: 2 data_type: 7 int64_data: [0, 1] } "
                  + MATRIX
                  + SCALAR
                  + ANSWER.formatted(7)),
          Map.entry("drawn", ranked("Multinomial' input: 'r' output: 'y", "", 6)),
          Map.entry(
              "turned", ranked("Einsum' input: 'r' output: 'y' " + equation("ij->ji"), "", 1)),
          Map.entry(
              "multiplied",
              ranked(
                  "Einsum' input: 'r' input: 'f' output: 'y' " + equation("ij, kl -> jl"), "", 1)),
          Map.entry(
              "normalized",
              ranked(
                  "LpNormalization' input: 'f' output: 'y' attribute { name: 'axis' type: INT i: 0"
                      + " } attribute { name: 'p' type: INT i: 1 ",
                  "",
                  1)),
          Map.entry("distinct", unique("y", "a", "b", "c", 0)),
          Map.entry("trusted distinct", unique("y", "a", "b", "c", 0)),
          Map.entry("distinct indices", unique("a", "y", "b", "c", -2)),
          Map.entry("distinct inverse", unique("a", "b", "y", "c", 0)),
          Map.entry("distinct counts", unique("a", "b", "c", "y", 0)),
          Map.entry("distinct columns", unique("a", "b", "c", "y", 1)),
          Map.entry("split", split("k", "")),
          Map.entry(
              "split by a constant",
              split("none", "initializer { name: 'none' data_type: 7 int64_data: 0 } ")),
          Map.entry("turns", loop("i", "yes", "Identity' input: 'go")),
          Map.entry("turns if", loop("two", "b", "Identity' input: 'go")),
          Map.entry("turns while", loop("two", "yes", "Identity' input: 'b")));

  private static String equation(String equation) {
    return "attribute { name: 'equation' type: STRING s: '%s' ".formatted(equation);
  }

  /** Float data r of k + 1 dimensions, and f as they are. */
  private static String ranked(String operator, String more, int type) {
    return "node { op_type: 'Cast' input: 'x' output: 'f' attribute { name: 'to' type: INT i: 1 } }"
        + " node { op_type: 'Unsqueeze' input: 'k' input: 'zero' output: 'n' } node {"
        + " op_type: 'ConstantOfShape' input: 'n' output: 'ones' attribute { name: 'value'"
        + " type: TENSOR t { dims: 1 data_type: 7 int64_data: 1 } } } node { op_type:"
        + " 'Concat' input: 'ones' input: 'rest' output: 'shape' attribute { name: 'axis'"
        + " type: INT i: 0 } } node { op_type: 'Reshape' input: 'f' input: 'shape' output:"
        + " 'r' }"
        + " node { op_type: '%s%s }".formatted(operator, operator.contains("{") ? "}" : "'")
        + " initializer { name: 'zero' dims: 1 data_type: 7 int64_data: 0 }"
        + " initializer { name: 'rest' dims: 1 data_type: 7 int64_data: -1 } "
        + more
        + MATRIX
        + SCALAR
        + ANSWER.formatted(type);
  }

  /** Trees of one class: 3 for a first column up to 1, else -3. */
  private static String trees(String labels) {
    return "node { op_type: 'Cast' input: 'x' output: 'f' attribute { name: 'to' type: INT i: 1 } }"
        + " node { op_type: 'TreeEnsembleClassifier' domain: 'ai.onnx.ml' input: 'f' output:"
        + " 'label' output: 'scores'"
        + Stream.of(
                "nodes_treeids' type: INTS ints: [0, 0, 0]",
                "nodes_nodeids' type: INTS ints: [0, 1, 2]",
                "nodes_featureids' type: INTS ints: [0, 0, 0]",
                "nodes_modes' type: STRINGS strings: ['BRANCH_LEQ', 'LEAF', 'LEAF']",
                "nodes_values' type: FLOATS floats: [1, 0, 0]",
                "nodes_truenodeids' type: INTS ints: [1, 0, 0]",
                "nodes_falsenodeids' type: INTS ints: [2, 0, 0]",
                "class_treeids' type: INTS ints: [0, 0]",
                "class_nodeids' type: INTS ints: [1, 2]",
                "class_ids' type: INTS ints: [0, 0]",
                "class_weights' type: FLOATS floats: [3, -3]",
                labels)
            .map(attribute -> " attribute { name: '" + attribute + " }")
            .collect(Collectors.joining())
        + " } ";
  }

  private static final String TEXT_A = "classlabels_strings' type: STRINGS strings: 'a'";

  /** The label 'a' as 5. */
  private static String textOfOneLabel() {
    return trees(TEXT_A)
        + "node { op_type: 'LabelEncoder' domain: 'ai.onnx.ml' input: 'label' output: 'y' attribute"
        + " { name: 'keys_strings' type: STRINGS strings: 'a' } attribute { name: 'values_int64s'"
        + " type: INTS ints: 5 } attribute { name: 'default_int64' type: INT i: -1 } } "
        + MATRIX
        + SCALAR
        + ANSWER.formatted(7);
  }

  private static String numberOfOneLabel() {
    return trees("classlabels_int64s' type: INTS ints: 7").replace("'label'", "'y'")
        + MATRIX
        + SCALAR
        + ANSWER.formatted(7);
  }

  private static String scoreOfOneLabel() {
    return trees(TEXT_A).replace("'scores'", "'y'") + MATRIX + SCALAR + ANSWER.formatted(1);
  }

  private static String normalizer(String input) {
    return "node { op_type: 'Normalizer' domain: 'ai.onnx.ml' input: '%s' output: 'y' attribute {"
            .formatted(input)
        + " name: 'norm' type: STRING s: 'MAX' } } ";
  }

  /** With i, which is k as a list with as many elements as x has rows, and data s of rank 3. */
  private static String indexed(String operator, int type) {
    return "node { op_type: 'Shape' input: 'x' output: 'rows' attribute { name: 'end' type: INT i:"
        + " 1 } } node { op_type: 'Expand' input: 'k' input: 'rows' output: 'i' }"
        + " node { op_type: '%s' } ".formatted(operator)
        + "initializer { name: 's' dims: [1, 2, 1] data_type: 1 float_data: [5, 6] }"
        + " initializer { name: 'one' dims: 1 data_type: 7 int64_data: 1 } "
        + MATRIX
        + SCALAR
        + ANSWER.formatted(type);
  }

  /** Of x with its rows as columns. */
  private static String unique(
      String values, String indices, String inverse, String counts, int axis) {
    return "node { op_type: 'Transpose' input: 'x' output: 'columns' } node { op_type: 'Unique' input: 'columns' output: '%s' output: '%s' output: '%s' output: '%s' attribute { name: 'axis' type: INT i: %d } } "
            .formatted(values, indices, inverse, counts, axis)
        + MATRIX
        + SCALAR
        + ANSWER.formatted(7);
  }

  private static String split(String by, String more) {
    return "node { op_type: 'SplitToSequence' input: 'x' input: '%s' output: 'q' attribute { name: 'axis' type: INT i: 1 } } "
            .formatted(by)
        + LENGTH
        + more
        + MATRIX
        + SCALAR
        + ANSWER.formatted(7);
  }

  /** A loop over k; i and b are k as a list with as many elements as x has rows. */
  private static String loop(String trips, String condition, String goOn) {
    return "node { op_type: 'Shape' input: 'x' output: 'rows' attribute { name: 'end' type: INT i:"
        + " 1 } } node { op_type: 'Expand' input: 'k' input: 'rows' output: 'i' } node {"
        + " op_type: 'Cast' input: 'i' output: 'b' attribute { name: 'to' type: INT i: 9 } }"
        + " node { op_type: 'Loop' input: '%s' input: '%s' input: 'k' output: 'y' "
            .formatted(trips, condition)
        + "attribute { name: 'body' type: GRAPH g { name: 'l'"
        + " node { op_type: '%s' output: 'on' }".formatted(goOn)
        + " node { op_type: 'Add' input: 'v' input: 'two' output: 'w' } input { name: 't' type {"
        + " tensor_type { elem_type: 7 shape { } } } } input { name: 'go' type { tensor_type {"
        + " elem_type: 9 shape { } } } } input { name: 'v' type { tensor_type { elem_type: 7 shape"
        + " { } } } } output { name: 'on' type { tensor_type { elem_type: 9 shape { dim {"
        + " dim_value: 1 } } } } } output { name: 'w' type { tensor_type { elem_type: 7 shape { } }"
        + " } } } } } initializer { name: 'two' data_type: 7 int64_data: 2 } initializer { name:"
        + " 'yes' data_type: 9 int32_data: 1 } "
        + MATRIX
        + SCALAR
        + ANSWER.formatted(7);
  }

  private static String ellipses(String matrix) {
    return "node { op_type: 'Cast' input: 'x' output: 'f' attribute { name: 'to' type: INT i: 1"
        + " } } node { op_type: 'Einsum' input: 'row' input: 'f' output: 'y' "
        + equation("...i,...i->...")
        + "} } initializer { name: 'row' dims: 2 data_type: 1 float_data: [5, 6] } "
        + matrix
        + SCALAR
        + ANSWER.formatted(1);
  }

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

  /** Prints the answers of one model, or without an argument of all models. */
  public static void main(String[] args) {
    calls()
        .map(Arguments::get)
        .filter(model -> args.length == 0 || args[0].equals(model[0]))
        .forEach(model -> answer((String) model[0], ((Map<?, ?>) model[1]).keySet()));
  }

  /** A call is k, a comma, and the elements of x, two a row. */
  private static void answer(String name, Set<?> calls) {
    byte[] model =
        ProtoText.of(
            "ir_version: 9 opset_import { version: 20 } opset_import { domain: 'com.microsoft'"
                + " version: 1 } opset_import { domain: 'ai.onnx.ml' version: 3 } graph { name: 'g'"
                + " "
                + MODELS.get(name)
                + "}");
    OnnxFixture onnx = new OnnxFixture();
    LoadRequest request = name.startsWith("trusted ") ? CPU : CPU.withoutTrust();
    try (EngineModel loaded = onnx.engine.load(OnnxFixture.source("e.onnx", model), request);
        EngineSlot slot = loaded.slot()) {
      for (Object call : calls) {
        System.out.println(name + "|" + call + "|" + answered(slot, (String) call));
      }
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

  /** The answers of all models in one process, or of none if that process has died. */
  private static String together = "";

  @BeforeAll
  static void askAllModels() throws Exception {
    together = said();
  }

  /** Asks a model in a process of its own if the process of all models has died. */
  private static Map<String, String> answers(String model) throws Exception {
    String said = together.isEmpty() ? said(model) : together;
    return said.lines()
        .map(line -> line.split("\\|", -1))
        .filter(line -> line[0].equals(model))
        .collect(Collectors.toMap(line -> line[1], line -> line[2]));
  }

  private static String said(String... models) throws Exception {
    List<String> flags =
        new ArrayList<>(List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(flags::add);
    Process process =
        ChildProcess.start(
            ChildProcess.java(flags, OperatorGuardsTest.class, (Object[]) models)
                .redirectError(ProcessBuilder.Redirect.DISCARD));
    String said = ChildProcess.output(process);
    int exit = process.waitFor();
    if (exit != 0) {
      System.out.printf("%s ended with %d after %s%n", List.of(models), exit, said);
    }
    return exit == 0 ? said : "";
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
            "regions",
            Map.of(
                "3,5,5",
                "[1, 1, 1, 1][5]",
                "0,5,5",
                "refused",
                "2,5,5",
                "refused",
                "3",
                "refused")),
        Arguments.of(
            "regions of unknown rank",
            Map.of("1,0,0,1,1", "[1, 1, 1, 1][5]", "0,0,0,1,1", "refused")),
        Arguments.of(
            "drawn", Map.of("1,900,-900", "[1, 1][0]", "0,900,-900", "refused", "2", "refused")),
        Arguments.of("text of one label", Map.of("0,1,0,2,0", "[2][5, 5]")),
        Arguments.of("number of one label", Map.of("0,1,0,2,0", "[2][7, 7]")),
        Arguments.of("score of one label", Map.of("0,1,0,2,0", "[2, 1][3, -3]")),
        Arguments.of("scalar normalized", Map.of("3,1,2", "refused")),
        Arguments.of("rows normalized", Map.of("0,3,4", "[2][0, 1]", "1,3,4", "[1, 2][0, 1]")),
        Arguments.of(
            "vectors of unequal rank",
            Map.of("1,7,8", "[1, 4][5, 6, 7, 8]", "0", "refused", "1", "refused")),
        Arguments.of(
            "joined", Map.of("1,7,8", "[2, 2][5, 6, 7, 8]", "0", "refused", "0,7,8", "refused")),
        Arguments.of("transformed", Map.of("1,1,2", "[1, 2, 2][11, 0, -1, 0]", "1", "refused")),
        Arguments.of("transformed by length", Map.of("1,1,2", "[1, 1, 2][5, 0]", "1", "refused")),
        Arguments.of("bifurcated", Map.of("0,1,2", "[1][1]", "0", "refused")),
        Arguments.of("turned", Map.of("1,1,2", "[2, 1][1, 2]", "0,1,2", "refused")),
        Arguments.of(
            "multiplied",
            Map.of("1,1,2", "[2, 2][1, 2, 2, 4]", "0,1,2", "refused", "2,1,2", "refused")),
        Arguments.of("with ellipses", Map.of("0,1,2,3,4", "[2][17, 39]", "0", "[0][]")),
        Arguments.of("trusted with ellipses", Map.of("0,1,2,3,4", "[2][17, 39]")),
        Arguments.of("one of many", Map.of("0,1,2", "refused")),
        Arguments.of(
            "distinct",
            Map.of("0", "[1, 0][]", "0,5,5", "[1, 1][5]", "0,6,5,6,5", "[2, 2][5, 5, 6, 6]")),
        Arguments.of("trusted distinct", Map.of("0", "[1, 0][]", "0,5,5", "[1, 1][5]")),
        Arguments.of(
            "distinct indices", Map.of("0", "[1][0]", "0,5,5", "[1][0]", "0,6,5", "[2][1, 0]")),
        Arguments.of(
            "distinct inverse",
            Map.of("0", "[2][0, 0]", "0,5,5", "[2][0, 0]", "0,6,5", "[2][1, 0]")),
        Arguments.of("distinct counts", Map.of("0", "[1][2]", "0,5,5", "[1][2]")),
        Arguments.of("distinct columns", Map.of("0", "[0][]", "0,6,5,6,5", "[1][2]")),
        Arguments.of("normalized", Map.of("0", "[0, 2][]", "0,3,5", "[1, 2][1, 1]")),
        Arguments.of(
            "split",
            Map.of("1,1,2", "[][2]", "2,1,2", "[][1]", "0,1,2", "refused", "-1,1,2", "refused")),
        Arguments.of("split by a constant", Map.of("1,1,2", "refused")),
        Arguments.of("turns", Map.of("3,1,2", "[][9]", "0,1,2", "[][0]", "3", "refused")),
        Arguments.of("turns if", Map.of("3,1,2", "[][7]", "0,1,2", "[][0]", "3", "refused")),
        Arguments.of("turns while", Map.of("3,1,2", "[][7]", "0,1,2", "[][2]", "3", "refused")),
        Arguments.of(
            "vectors",
            Map.of("0", "[0, 5][]", "7,1,2,3,4", "[2, 5][1, 2, 7, 0, 0, 3, 4, 7, 0, 0]")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void dataDoNotEndTheProcess(String model, Map<String, String> answers) throws Exception {
    assertThat(answers(model)).isEqualTo(answers);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node { op_type: 'Trilu' input: 'x' input: 'm' output: 'y' }"
            + " initializer { name: 'm' data_type: 7 int64_data: -3 } ",
        "node { op_type: 'Constant' output: 'm' attribute { name: 'value_int' type: INT i: 3 } }"
            + " node { op_type: 'Trilu' input: 'x' input: 'm' output: 'y' } ",
        "node { op_type: 'Trilu' input: 'x' output: 'y' } ",
        "node { op_type: 'Scaler' domain: 'ai.onnx.ml' input: 'x' output: 's' } node { op_type:"
            + " 'Normalizer' domain: 'ai.onnx.ml' input: 's' output: 'y' } ",
        "node { op_type: 'Einsum' input: 'x' output: 'y' attribute { name: 'equation' type: STRING"
            + " s: 'ij->ji' } } ",
        "node { op_type: 'Reshape' input: 'x' input: 'm' output: 't' } node { op_type: 'Einsum'"
            + " input: 't' output: 'y' attribute { name: 'equation' type: STRING s: 'i' } }"
            + " initializer { name: 'm' dims: 1 data_type: 7 int64_data: -1 } ",
        "node { op_type: 'SplitToSequence' input: 'x' input: 'm' output: 's' } node { op_type:"
            + " 'SequenceAt' input: 's' input: 'm' output: 'y' } initializer { name: 'm' data_type:"
            + " 7 int64_data: 1 } ",
      })
  void nodesThatDataCannotReachAreLeftAlone(String nodes) {
    byte[] model = ProtoText.model(nodes + MATRIX + ANSWER.formatted(7));
    assertThat(OnnxFile.read(OnnxFixture.source("e.onnx", model), false).content().model())
        .isEqualTo(ByteBuffer.wrap(model));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RoiAlign",
        "TopK",
        "Multinomial",
        "LpNormalization",
        "Einsum",
        "STFT",
        "Concat",
        "Loop",
        "DFT",
        "SplitToSequence",
        "SequenceInsert",
        "OneHot",
        "Div",
        "Unique",
        "FeatureVectorizer' domain: 'ai.onnx.ml",
        "Normalizer' domain: 'ai.onnx.ml",
        "TreeEnsembleClassifier' domain: 'ai.onnx.ml"
      })
  void nodesWithTooFewInputsAreLeftToOnnxRuntime(String operator) {
    byte[] model =
        ProtoText.model(
            "node { op_type: '%s' output: 'y' } ".formatted(operator) + ANSWER.formatted(7));
    assertThat(OnnxFile.read(OnnxFixture.source("e.onnx", model), false).bytes()).isNotNull();
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
        .hasMessageContaining("TopK 'y, i', because operator set 8 is older than 10");
    assertThat(OnnxFile.read(OnnxFixture.source("e.onnx", model), true).bytes()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void treesOfOneLabelInAnOldSetAreRefusedWhoeverMadeThem(boolean trusted) {
    byte[] model =
        ProtoText.of(
            "ir_version: 3 opset_import { version: 7 } opset_import { domain: 'ai.onnx.ml' version:"
                + " 1 } graph { name: 'g' "
                + scoreOfOneLabel()
                + "}");
    assertThatThrownBy(() -> OnnxFile.read(OnnxFixture.source("e.onnx", model), trusted))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "TreeEnsembleClassifier 'label, y' has one class label and operator set 7, expected 8"
                + " or newer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DepthToSpace'; blocksize; 2305843009213693952; 1 to 65536",
        "RoiAlign'; sampling_ratio; 4294967296; 0 to 4096",
        "GatherND'; batch_dims; -4294967296; 0 to 65536",
        "TfIdfVectorizer'; max_skip_count; 1099511627776; 0 to 65536",
        "FeatureVectorizer' domain: 'ai.onnx.ml'; inputdimensions; -1; 0 to 16777216",
        "GroupQueryAttention' domain: 'com.microsoft'; num_heads; 4611686018427387904; 1 to 65536",
        "GroupQueryAttention' domain: 'com.microsoft'; kv_num_heads; 0; 1 to 65536"
      })
  void attributesThatEndTheProcessAreRefusedWhoeverMadeTheModel(String row) {
    String[] parts = row.split("; ", -1);
    byte[] model =
        ProtoText.model(
            "node { name: 'n' op_type: '%s input: 'x' output: 'y' attribute { name: '%s' type: %s: %s } } "
                    .formatted(
                        parts[0],
                        parts[1],
                        parts[1].equals("inputdimensions") ? "INTS ints: 2 ints" : "INT i",
                        parts[2])
                + MATRIX
                + ANSWER.formatted(7));
    assertThatThrownBy(() -> OnnxFile.read(OnnxFixture.source("e.onnx", model), true))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "%s 'n' has %s %s, expected %s"
                .formatted(
                    parts[0].replaceFirst("(.*)' domain: '(.*)'", "$2.$1'").replace("'", ""),
                    parts[1],
                    parts[2],
                    parts[3]));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DepthToSpace; blocksize; INT i: 2",
        "Einsum; equation; STRING s: 'ij,kl->jl'",
        "TopK; axis; INT i: 1",
        "Unique; axis; INT i: 1"
      })
  void attributesThatTheCallOfAFunctionDecidesOnAreRefusedUnlessTheMakerIsTrusted(String row) {
    String[] parts = row.split("; ", -1);
    byte[] model =
        ProtoText.of(
            "ir_version: 9 opset_import { version: 20 } opset_import { domain: 'own' version: 1 }"
                + " functions { name: 'F' domain: 'own' input: 'p' input: 'q' output: 'r'"
                + " attribute:"
                + " 'a' opset_import { version: 20 } node { op_type: '%s' input: 'p' input: 'q'"
                    .formatted(parts[0])
                + " output: 'r' attribute { name: '%s' ref_attr_name: 'a' type: %s } } } graph { name: 'g'"
                    .formatted(parts[1], parts[2].replaceFirst(" .*", ""))
                + " node { op_type: 'F' domain: 'own' input: 'x' input: 'x' output: 'y'"
                + " attribute { name: 'a' type: %s } } ".formatted(parts[2])
                + MATRIX
                + ANSWER.formatted(7)
                + "}");
    assertThatThrownBy(() -> OnnxFile.read(OnnxFixture.source("e.onnx", model), false))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "%s 'r', because an attribute is left to the caller of a function".formatted(parts[0]));
    assertThat(OnnxFile.read(OnnxFixture.source("e.onnx", model), true).bytes()).isNotNull();
  }
}
