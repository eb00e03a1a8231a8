package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Trees with nodes before and after them, in the forms that exporters write. Expected answers are
 * those of ONNX Runtime for one row.
 */
@Timeout(120)
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
    NodeProto operator = trees.grow(20, 4).operator();
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
