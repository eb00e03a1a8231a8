package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.onnx.tree.RandomTrees;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Trees with nodes before and after them, in the forms that exporters write. Expected answers are
 * those of ONNX Runtime for one row.
 */
class TreePipelineTest {
  private static final Placement CPU = Placement.of("cpu");
  private static final Placement JAVA = Placement.of("java");
  private static final Placement BOTH = Placement.of("cpu", "java");
  private static final int FEATURES = RandomTrees.FEATURES;

  private final OnnxFixture onnx = new OnnxFixture();
  private final Random random = new Random(20261128);

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
  }

  private RandomTrees trees(boolean classifies) {
    RandomTrees trees = new RandomTrees(random);
    trees.full = true;
    trees.classifies = classifies;
    trees.targets = classifies ? 2 : 1;
    trees.leafWeights = trees.targets;
    trees.transform = classifies ? "LOGISTIC" : "NONE";
    return trees;
  }

  private static NodeProto.Builder node(String operator, String output, String... inputs) {
    NodeProto.Builder node = NodeProto.newBuilder().addAllInput(List.of(inputs)).addOutput(output);
    return operator.startsWith("ml.")
        ? node.setDomain("ai.onnx.ml").setOpType(operator.substring(3))
        : node.setOpType(operator);
  }

  private static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  private static AttributeProto.Builder floats(String name, Float... values) {
    return attribute(name, AttributeType.FLOATS).addAllFloats(List.of(values));
  }

  private static NodeProto.Builder cast(String from, String to, DataType type) {
    return node("Cast", to, from)
        .addAttribute(attribute("to", AttributeType.INT).setI(type.getNumber()));
  }

  private static NodeProto.Builder zip(String from, String to, RandomTrees trees) {
    AttributeProto.Builder keys =
        trees.texts
            ? attribute("classlabels_strings", AttributeType.STRINGS)
                .addStrings(ByteString.copyFromUtf8("é"))
                .addStrings(ByteString.copyFromUtf8("Z"))
            : attribute("classlabels_int64s", AttributeType.INTS).addInts(7).addInts(-3);
    return node("ml.ZipMap", to, from).addAttribute(keys);
  }

  /** The matrix of the ensemble is named m if there are nodes before it. */
  private static byte[] model(
      RandomTrees trees, List<NodeProto.Builder> before, List<NodeProto.Builder> after)
      throws InvalidProtocolBufferException {
    return model(trees, 20, before, after);
  }

  private static byte[] model(
      RandomTrees trees, int count, List<NodeProto.Builder> before, List<NodeProto.Builder> after)
      throws InvalidProtocolBufferException {
    NodeProto operator = trees.grow(count, 4).operator();
    ModelProto.Builder model = ModelProto.parseFrom(RandomTrees.model(operator)).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder().clearNode();
    before.forEach(graph::addNode);
    graph.addNode(before.isEmpty() ? operator : operator.toBuilder().setInput(0, "m").build());
    after.forEach(graph::addNode);
    after.stream()
        .flatMap(node -> node.getInputList().stream())
        .filter(input -> input.startsWith("c:"))
        .distinct()
        .forEach(input -> graph.addInitializer(constant(input)));
    if (!after.isEmpty()) {
      graph.clearOutput();
      for (NodeProto.Builder node : after) {
        String name = node.getOutput(0);
        if (name.startsWith("out")) {
          graph.addOutput(output(name, node, trees));
        }
      }
    }
    return model.build().toByteArray();
  }

  /** A constant named c, its dimensions and its value; some are written as bytes. */
  private static TensorProto.Builder constant(String name) {
    String[] parts = name.split(":", -1);
    TensorProto.Builder constant =
        TensorProto.newBuilder().setName(name).setDataType(DataType.FLOAT.getNumber());
    for (int i = 0; i < parts[1].length(); i++) {
      constant.addDims(parts[1].charAt(i) - '0');
    }
    float value = Float.parseFloat(parts[2]);
    return parts[1].isEmpty()
        ? constant.addFloatData(value)
        : constant.setRawData(ByteString.copyFrom(OnnxFixture.floats(value)));
  }

  private static ValueInfoProto.Builder output(
      String name, NodeProto.Builder node, RandomTrees trees) {
    TypeProto.Builder type = TypeProto.newBuilder();
    DataType label = trees.texts ? DataType.STRING : DataType.INT64;
    if (node.getOpType().equals("ZipMap")) {
      type.getSequenceTypeBuilder()
          .getElemTypeBuilder()
          .getMapTypeBuilder()
          .setKeyType(label.getNumber())
          .getValueTypeBuilder()
          .getTensorTypeBuilder()
          .setElemType(DataType.FLOAT.getNumber());
    } else {
      boolean scores = name.contains("score") || !trees.classifies;
      type.getTensorTypeBuilder().setElemType((scores ? DataType.FLOAT : label).getNumber());
    }
    return ValueInfoProto.newBuilder().setName(name).setType(type);
  }

  private static List<NodeProto.Builder> scaled() {
    Float nan = Float.NaN;
    return List.of(
        node("ml.Imputer", "a", "x")
            .addAttribute(floats("imputed_value_floats", 0.5f, -1f, 1.5f, 0f, 2f))
            .addAttribute(attribute("replaced_value_float", AttributeType.FLOAT).setF(nan)),
        node("ml.Scaler", "m", "a")
            .addAttribute(floats("offset", 0.3f, -0.1f, 0.7f, 0f, 1f))
            .addAttribute(floats("scale", 1.7f, 0.9f, 3.1f, 1f, 0.33f)));
  }

  private static List<String> call(EngineModel model, EngineSlot slot, float[] rows) {
    OnnxFixture.feed(slot, 0, OnnxFixture.floats(rows), rows.length / FEATURES, FEATURES);
    return OnnxFixture.answers(model, slot);
  }

  private void agree(byte[] bytes, RandomTrees trees, Placement expected) {
    try (EngineModel java = onnx.engine.load(OnnxFixture.source("a.onnx", bytes), OnnxFixture.CPU);
        EngineModel ort =
            onnx.engine.load(
                OnnxFixture.source("a.onnx", bytes), OnnxFixture.CPU.withEngineOnly());
        EngineSlot ours = java.slot();
        EngineSlot theirs = ort.slot()) {
      assertThat(java.placement()).isEqualTo(expected);
      assertThat(java.signature()).isEqualTo(ort.signature());
      for (int rows : new int[] {1, 1, 1, 1, 1, 3, 40, 1}) {
        float[] x = new float[rows * FEATURES];
        for (int i = 0; i < x.length; i++) {
          x[i] = trees.feature();
        }
        List<String> expectedAnswers = call(ort, theirs, x);
        if (rows == 1) {
          assertThat(call(java, ours, x)).isEqualTo(expectedAnswers);
        } else {
          assertThat(call(java, ours, x)).hasSameSizeAs(expectedAnswers);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pipelinesOfScikitLearnAgree(boolean texts) throws InvalidProtocolBufferException {
    RandomTrees trees = trees(true);
    trees.texts = texts;
    DataType type = texts ? DataType.STRING : DataType.INT64;
    List<NodeProto.Builder> after =
        List.of(cast("label", "out_label", type), zip("y", "out_scores", trees));
    agree(model(trees, scaled(), after), trees, BOTH);
  }

  @Test
  void modelsOfCatBoostAgree() throws InvalidProtocolBufferException {
    RandomTrees trees = trees(true);
    trees.allModes = List.of("BRANCH_GT");
    List<NodeProto.Builder> after =
        List.of(node("Identity", "out_label", "label"), zip("y", "out_probabilities", trees));
    agree(model(trees, List.of(), after), trees, JAVA);
  }

  @Test
  void modelsOfLightGbmAgree() throws InvalidProtocolBufferException {
    RandomTrees trees = trees(true);
    trees.tracksMissing = true;
    trees.only = 0;
    trees.leafWeights = 1;
    List<NodeProto.Builder> after =
        List.of(
            node("Identity", "l", "label"),
            node("Identity", "p", "y"),
            cast("l", "out_label", DataType.INT64),
            node("Identity", "out_scores", "p"),
            zip("p", "out_maps", trees));
    agree(model(trees, List.of(), after), trees, JAVA);
  }

  /** Without maps, onnxmltools multiplies the probabilities of LightGBM by one. */
  @Test
  void tensorsOfLightGbmAgree() throws InvalidProtocolBufferException {
    RandomTrees trees = trees(true);
    trees.only = 0;
    trees.leafWeights = 1;
    List<NodeProto.Builder> after =
        List.of(
            node("Identity", "l", "label"),
            node("Identity", "p", "y"),
            cast("l", "out_label", DataType.INT64),
            node("Mul", "out_scores", "p", "c::1"));
    agree(model(trees, List.of(), after), trees, JAVA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void arithmeticAgrees(boolean classifies) throws InvalidProtocolBufferException {
    RandomTrees trees = trees(classifies);
    List<NodeProto.Builder> after =
        new ArrayList<>(
            List.of(
                node("Div", "1", "y", "c::100"),
                node("Mul", "2", "c:1:0.3", "1"),
                node("Add", "3", "2", "c:11:0.7"),
                node("Add", "4", "c::-3e-7", "3"),
                node("Sub", "5", "4", "c:1:0.1"),
                node("Div", "6", "5", "c::7"),
                node("Div", "out_score", "6", "c::1e-40")));
    if (classifies) {
      after.add(node("Identity", "out_label", "label"));
    }
    agree(model(trees, scaled(), after), trees, BOTH);
  }

  @Test
  void manyCastsAgree() throws InvalidProtocolBufferException {
    RandomTrees trees = trees(false);
    List<NodeProto.Builder> after = new ArrayList<>(List.of(cast("y", "1", DataType.FLOAT)));
    for (int i = 1; i < 60; i++) {
      after.add(cast("" + i, "" + (i + 1), DataType.FLOAT));
    }
    after.add(node("Identity", "out", "60"));
    agree(model(trees, List.of(), after), trees, JAVA);
  }

  /** The number of columns is sought from the trees to the input, through all of them. */
  @Test
  void manyOperatorsBeforeTheTreesStayWithThem() throws InvalidProtocolBufferException {
    List<NodeProto.Builder> before = new ArrayList<>(List.of(node("Identity", "0", "x")));
    for (int i = 0; i < 20_000; i++) {
      before.add(node("Identity", "" + (i + 1), "" + i));
    }
    before.add(node("Identity", "m", "20000"));
    RandomTrees trees = trees(false);
    agree(model(trees, before, List.of()), trees, CPU);
  }

  @Test
  void chosenColumnsAgree() throws InvalidProtocolBufferException {
    RandomTrees trees = trees(false);
    byte[] bytes =
        model(
            trees,
            List.of(
                cast("x", "d", DataType.DOUBLE),
                cast("d", "f", DataType.FLOAT),
                node("ml.Normalizer", "n", "f")
                    .addAttribute(
                        attribute("norm", AttributeType.STRING)
                            .setS(ByteString.copyFromUtf8("MAX"))),
                node("Concat", "m", "n", "x")
                    .addAttribute(attribute("axis", AttributeType.INT).setI(1))),
            List.of());
    agree(bytes, trees, BOTH);
  }

  /** Operators that may come before the trees, as {@code hardware.md} lists them. */
  static List<Arguments> before() {
    AttributeProto.Builder columns = attribute("axis", AttributeType.INT).setI(1);
    AttributeProto.Builder last = attribute("axis", AttributeType.INT).setI(-1);
    NodeProto.Builder first = node("Gather", "0", "x", "i:0").addAttribute(columns);
    NodeProto.Builder others = node("Gather", "1", "x", "i:4,2,4").addAttribute(last);
    NodeProto.Builder codes =
        node("ml.OneHotEncoder", "2", "0")
            .addAttribute(
                attribute("cats_int64s", AttributeType.INTS).addAllInts(List.of(-1L, 0L, 1L)))
            .addAttribute(attribute("zeros", AttributeType.INT).setI(1));
    NodeProto.Builder joined = node("Concat", "m", "3", "1").addAttribute(columns);
    return List.of(
        Arguments.of(
            "a binarizer", // which refuses NaN
            List.of(
                scaled().get(0),
                node("ml.Binarizer", "m", "a")
                    .addAttribute(attribute("threshold", AttributeType.FLOAT).setF(0.25f)))),
        Arguments.of(
            "codes of labels",
            List.of(
                node("ml.LabelEncoder", "m", "x")
                    .addAttribute(floats("keys_floats", -0.5f, 0f, 0.5f, 1f))
                    .addAttribute(floats("values_floats", 2f, 1f, -2f, 0.5f))
                    .addAttribute(attribute("default_float", AttributeType.FLOAT).setF(-1.5f)))),
        Arguments.of(
            "codes of categories beside numbers",
            List.of(first, others, codes, node("Reshape", "3", "2", "i:-1,3"), joined)),
        Arguments.of(
            "chosen columns",
            List.of(node("Gather", "m", "x", "i:4,0,0,2,1").addAttribute(columns))),
        Arguments.of(
            "extracted columns",
            List.of(node("ml.ArrayFeatureExtractor", "m", "x", "i:3,3,1,4,0"))),
        Arguments.of("a reshaped matrix", List.of(node("Reshape", "m", "x", "i:-1,5"))),
        Arguments.of("a flat matrix", List.of(node("Flatten", "m", "x").addAttribute(columns))),
        Arguments.of(
            "arithmetic",
            List.of(
                node("Sub", "0", "x", "f:5:0.1,-1,2,0,0.5"),
                node("Mul", "1", "0", "f:15:3,1,0.5,-2,1"),
                node("Div", "2", "1", "f:1:0.7"),
                node("Add", "m", "2", "f::1e-3"))));
  }

  /**
   * Constants are named by their type, their sizes if they are not plain lists, and their values.
   */
  private static byte[] withConstants(byte[] bytes) throws InvalidProtocolBufferException {
    ModelProto.Builder model = ModelProto.parseFrom(bytes).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    graph.getNodeList().stream()
        .flatMap(node -> node.getInputList().stream())
        .filter(name -> name.startsWith("i:") || name.startsWith("f:"))
        .distinct()
        .forEach(
            name -> {
              String[] parts = name.split(":", -1);
              String[] values = parts[parts.length - 1].split(",", -1);
              TensorProto.Builder constant = TensorProto.newBuilder().setName(name);
              if (parts.length == 2) {
                constant.setDataType(DataType.INT64.getNumber()).addDims(values.length);
                Stream.of(values).map(Long::valueOf).forEach(constant::addInt64Data);
              } else {
                constant.setDataType(DataType.FLOAT.getNumber());
                parts[1].chars().forEach(size -> constant.addDims(size - '0'));
                Stream.of(values).map(Float::valueOf).forEach(constant::addFloatData);
              }
              graph.addInitializer(constant);
            });
    return model.build().toByteArray();
  }

  /** Each row of a batch gets the answer that ONNX Runtime gives it alone. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("before")
  void operatorsBeforeTheTreesRunInOnnxRuntime(String name, List<NodeProto.Builder> nodes)
      throws InvalidProtocolBufferException {
    RandomTrees trees = trees(false);
    byte[] bytes = withConstants(model(trees, nodes, List.of()));
    agree(bytes, trees, BOTH);
    int rows = 70;
    float[] x = new float[rows * FEATURES];
    for (int i = 0; i < x.length; i++) {
      x[i] = trees.feature();
    }
    try (EngineModel java = onnx.engine.load(OnnxFixture.source("a.onnx", bytes), OnnxFixture.CPU);
        EngineModel ort =
            onnx.engine.load(
                OnnxFixture.source("a.onnx", bytes), OnnxFixture.CPU.withEngineOnly());
        EngineSlot ours = java.slot();
        EngineSlot theirs = ort.slot()) {
      OnnxFixture.feed(ours, 0, OnnxFixture.floats(x), rows, FEATURES);
      ours.run();
      float[] answers = OnnxFixture.floats(ours.output(0));
      assertThat(answers).hasSize(rows);
      for (int row = 0; row < rows; row++) {
        float[] one = Arrays.copyOfRange(x, row * FEATURES, (row + 1) * FEATURES);
        OnnxFixture.feed(theirs, 0, OnnxFixture.floats(one), 1, FEATURES);
        theirs.run();
        assertThat(OnnxFixture.floats(answers[row]))
            .as("row %d: %s", row, Arrays.toString(one))
            .isEqualTo(OnnxFixture.read(theirs.output(0)));
        theirs.recycle();
      }
    }
  }

  /** A second part costs a small ensemble more than it saves. */
  @Test
  void fewTreesBehindOtherOperatorsRunInOnnxRuntime() throws InvalidProtocolBufferException {
    for (int count : new int[] {9, 10}) { // of four levels each
      RandomTrees trees = trees(false);
      agree(model(trees, count, scaled(), List.of()), trees, count == 9 ? CPU : BOTH);
    }
  }

  /** They would move values from one row to another, or change the number of rows. */
  @Test
  void operatorsThatMixRowsStayWithTheTrees() throws InvalidProtocolBufferException {
    for (NodeProto.Builder mixing :
        List.of(
            node("Gather", "m", "x", "i:0")
                .addAttribute(attribute("axis", AttributeType.INT).setI(0)),
            node("Concat", "m", "x", "x")
                .addAttribute(attribute("axis", AttributeType.INT).setI(0)),
            node("Reshape", "m", "x", "i:-1,10"),
            node("Add", "m", "x", "f:25:1,2,3,4,5,6,7,8,9,10"),
            node("Add", "m", "x", "x"))) {
      RandomTrees trees = trees(false);
      agree(withConstants(model(trees, List.of(mixing), List.of())), trees, CPU, false);
    }
  }

  @Test
  void weightsInOtherFilesStayWithTheTrees() throws InvalidProtocolBufferException {
    RandomTrees trees = trees(false);
    List<NodeProto.Builder> scaled = List.of(node("Mul", "m", "x", "f:5:1,2,3,4,5"));
    byte[] bytes = withConstants(model(trees, scaled, List.of()));
    agree(bytes, trees, BOTH);
    ModelProto.Builder model = ModelProto.parseFrom(bytes).toBuilder();
    TensorProto.Builder weights = model.getGraphBuilder().getInitializerBuilder(0);
    weights
        .clearFloatData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue("weights.bin"));
    ModelSource source =
        new OnnxFixture.Source(
            "a.onnx",
            ByteBuffer.wrap(model.build().toByteArray()),
            Map.of("weights.bin", ByteBuffer.wrap(OnnxFixture.floats(1, 2, 3, 4, 5))));
    try (EngineModel loaded = onnx.engine.load(source, OnnxFixture.CPU)) {
      assertThat(loaded.placement()).isEqualTo(CPU);
    }
  }

  /** Nodes that mix rows, or whose result is read elsewhere, stay with the trees. */
  @Test
  void otherGraphsRunInOnnxRuntime() throws InvalidProtocolBufferException {
    RandomTrees trees = trees(false);
    agree(model(trees, List.of(node("Transpose", "m", "x")), List.of()), trees, CPU, false);
    trees = trees(false);
    agree(model(trees, List.of(), List.of(node("Neg", "out", "y"))), trees, CPU);
    for (List<Long> shape : List.of(List.of(-1L), List.of(-1L, 1L), List.of(1L, -1L))) {
      trees = trees(false);
      AttributeProto.Builder sizes = attribute("value_ints", AttributeType.INTS).addAllInts(shape);
      agree(
          model(
              trees,
              List.of(),
              List.of(node("Constant", "s").addAttribute(sizes), node("Reshape", "out", "y", "s"))),
          trees,
          CPU);
    }
    trees = trees(true);
    agree(
        model(
            trees,
            List.of(),
            List.of(cast("label", "out_score", DataType.FLOAT), zip("y", "out_m", trees))),
        trees,
        CPU);
    for (String constant : List.of("c::0", "c:111:2", "c:1:2")) {
      trees = trees(true);
      agree(
          model(
              trees,
              List.of(),
              List.of(
                  node("Identity", "out_label", "label"),
                  constant.endsWith("0")
                      ? node("Add", "out_score", "y", constant)
                      : node("Div", "out_score", constant, "y"))),
          trees,
          CPU);
    }
    trees = trees(true);
    agree(
        model(
            trees,
            List.of(),
            List.of(node("Div", "half", "y", "c::2"), zip("half", "out_maps", trees))),
        trees,
        CPU);
    trees = trees(false);
    byte[] both =
        model(
            trees,
            scaled(),
            List.of(node("Identity", "out", "y"), node("Identity", "out_score", "m")));
    agree(both, trees, CPU);
  }

  private void agree(byte[] bytes, RandomTrees trees, Placement expected, boolean runs) {
    if (runs) {
      agree(bytes, trees, expected);
      return;
    }
    try (EngineModel model =
        onnx.engine.load(OnnxFixture.source("a.onnx", bytes), OnnxFixture.CPU)) {
      assertThat(model.placement()).isEqualTo(expected);
    }
  }

  @Test
  void profiledPipelinesCountBothParts() throws InvalidProtocolBufferException {
    byte[] bytes = model(trees(false), scaled(), List.of());
    try (EngineModel model =
        onnx.engine.load(OnnxFixture.source("a.onnx", bytes), OnnxFixture.CPU.withProfiling())) {
      assertThat(model.placement().nodesByDevice()).containsEntry("java", 1).containsKey("cpu");
    }
  }

  /** Six inputs, two of them texts, on trees that scikit-learn has trained. */
  @Test
  void categoriesOfPenguinsAgree() {
    byte[] bytes = OnnxFixture.bytes("sklearn/penguins_forest");
    try (EngineModel java = onnx.engine.load(OnnxFixture.source("p.onnx", bytes), OnnxFixture.CPU);
        EngineModel ort =
            onnx.engine.load(
                OnnxFixture.source("p.onnx", bytes), OnnxFixture.CPU.withEngineOnly());
        EngineSlot ours = java.slot();
        EngineSlot theirs = ort.slot()) {
      assertThat(java.placement()).isEqualTo(BOTH);
      String[] islands = {"Biscoe", "Dream", "Torgersen", "Atlantis"};
      String[] sexes = {"FEMALE", "MALE", "missing", "."};
      for (int i = 0; i < 30; i++) {
        for (EngineSlot slot : List.of(ours, theirs)) {
          Random values = new Random(i);
          for (int input = 0; input < 4; input++) {
            float[] middle = {44, 17, 200, 4200};
            float value = middle[input] * (0.8f + 0.4f * values.nextFloat());
            OnnxFixture.feed(
                slot, input, OnnxFixture.floats(values.nextInt(9) == 0 ? Float.NaN : value), 1);
          }
          OnnxFixture.feedText(slot, 4, new String[] {islands[i % 4]}, 1);
          OnnxFixture.feedText(slot, 5, new String[] {sexes[i / 4 % 4]}, 1);
        }
        assertThat(OnnxFixture.answers(java, ours))
            .as("row %d", i)
            .isEqualTo(OnnxFixture.answers(ort, theirs));
      }
    }
  }
}
