package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.MlopsException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.onnx.tree.RandomTrees;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.LoadRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which models Java evaluates, and that their calls behave as those of ONNX Runtime. */
class TreeModelTest {
  private static final Placement JAVA = Placement.of("java");
  private static final Placement CPU = Placement.of("cpu");
  private static final int FEATURES = RandomTrees.FEATURES;

  private final OnnxFixture onnx = new OnnxFixture();

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
  }

  private static RandomTrees full() {
    RandomTrees trees = new RandomTrees(new Random(7));
    trees.full = true;
    return trees;
  }

  private static RandomTrees classes(int count) {
    RandomTrees trees = full();
    trees.classifies = true;
    trees.targets = count;
    trees.leafWeights = count;
    return trees;
  }

  private EngineModel load(NodeProto operator, LoadRequest request) {
    return load(RandomTrees.model(operator), request);
  }

  private EngineModel load(byte[] model, LoadRequest request) {
    return onnx.engine.load(OnnxFixture.source("trees.onnx", model), request);
  }

  private Placement placement(NodeProto operator) {
    try (EngineModel model = load(operator, OnnxFixture.CPU)) {
      return model.placement();
    }
  }

  private static byte[] rows(RandomTrees trees, int rows) {
    float[] values = new float[rows * FEATURES];
    for (int i = 0; i < values.length; i++) {
      values[i] = trees.feature();
    }
    return floats(values);
  }

  /** The outputs of a call; texts as one text. */
  private static List<List<String>> call(
      EngineModel model, EngineSlot slot, byte[] rows, long... dims) {
    feed(slot, 0, rows, dims);
    slot.run();
    List<List<String>> answers = new ArrayList<>();
    for (int i = 0; i < model.signature().outputs().size(); i++) {
      List<String> answer =
          new ArrayList<>(List.of(Arrays.toString(OnnxFixture.dims(slot.output(i)))));
      if (slot.output(i).offsets() != 0) {
        answer.addAll(List.of(OnnxFixture.readText(slot.output(i))));
      } else {
        answer.add(Arrays.toString(OnnxFixture.read(slot.output(i))));
      }
      answers.add(answer);
    }
    slot.recycle();
    return answers;
  }

  @Test
  void treesRunInJavaUnlessTheEngineIsNamed() {
    NodeProto operator = full().grow(20, 3).operator();
    assertThat(placement(operator)).isEqualTo(JAVA);
    try (EngineModel model = load(operator, OnnxFixture.CPU.withEngineOnly())) {
      assertThat(model.placement()).isEqualTo(CPU);
    }
  }

  @Test
  void thePlacementSaysWhyTreesAreNotEvaluatedInJava() throws InvalidProtocolBufferException {
    NodeProto operator = full().grow(20, 3).operator();
    assertThat(placement(operator).treesInEngine()).isEmpty();
    try (EngineModel model = load(operator, OnnxFixture.CPU.withEngineOnly())) {
      assertThat(model.placement().treesInEngine()).isEqualTo("the load options name the engine");
    }
    assertThat(placement(full().grow(2, 4).operator()))
        .hasToString(
            "cpu (trees are not evaluated in Java: all trees together have 8 levels, and Java was"
                + " measured to be faster from 10 on)");
    RandomTrees chains = full();
    chains.chains = true;
    assertThat(placement(chains.grow(20, 20).operator()).treesInEngine())
        .contains("times as deep as balanced trees");
    RandomTrees probit = full();
    probit.transform = "PROBIT";
    assertThat(placement(probit.grow(20, 3).operator()).treesInEngine())
        .isEqualTo("the post transform is PROBIT");
    assertThat(placement(classes(1).grow(20, 3).operator()).treesInEngine())
        .isEqualTo("they have a single class");
    ModelProto.Builder more = ModelProto.parseFrom(RandomTrees.model(operator)).toBuilder();
    more.getGraphBuilder()
        .setNode(0, operator.toBuilder().setOutput(0, "between"))
        .addNode(NodeProto.newBuilder().setOpType("Neg").addInput("between").addOutput("y"));
    try (EngineModel model = load(more.build().toByteArray(), OnnxFixture.CPU)) {
      assertThat(model.placement().treesInEngine())
          .isEqualTo("output y is not made by them, or other operators follow them");
    }
  }

  @Test
  void profiledTreesAreOneNodeInJava() {
    NodeProto operator = full().grow(20, 3).operator();
    try (EngineModel model = load(operator, OnnxFixture.CPU.withProfiling())) {
      assertThat(model.placement().nodesByDevice()).containsOnlyKeys("java").containsValue(1);
    }
  }

  @Test
  void treesWithAFewDeepLeavesRunInOnnxRuntime() {
    RandomTrees trees = full();
    trees.chains = true;
    assertThat(placement(trees.grow(20, 20).operator())).isEqualTo(CPU);
  }

  @Test
  void fewTreesRunInOnnxRuntime() {
    assertThat(placement(full().grow(2, 4).operator())).isEqualTo(CPU);
  }

  @Test
  void modelsOfMoreThanTreesRunInOnnxRuntime() throws InvalidProtocolBufferException {
    NodeProto operator = full().grow(15, 3).operator();
    ModelProto model = ModelProto.parseFrom(RandomTrees.model(operator));
    ModelProto.Builder two = model.toBuilder();
    two.getGraphBuilder()
        .setNode(0, operator.toBuilder().setOutput(0, "between"))
        .addNode(NodeProto.newBuilder().setOpType("Neg").addInput("between").addOutput("y"));
    try (EngineModel loaded = load(two.build().toByteArray(), OnnxFixture.CPU)) {
      assertThat(loaded.placement()).isEqualTo(CPU);
    }
  }

  /** A function of the model replaces an operator of the same name. */
  @Test
  void functionsWithTheNameOfTreesAreNotEvaluated() throws InvalidProtocolBufferException {
    NodeProto operator = full().grow(15, 3).operator();
    ModelProto.Builder model = ModelProto.parseFrom(RandomTrees.model(operator)).toBuilder();
    model.addFunctions(
        FunctionProto.newBuilder()
            .setDomain("ai.onnx.ml")
            .setName("TreeEnsembleRegressor")
            .addInput("a")
            .addOutput("b"));
    Throwable refused =
        catchThrowable(
            () -> {
              try (EngineModel loaded = load(model.build().toByteArray(), OnnxFixture.CPU)) {
                assertThat(loaded.placement()).isEqualTo(CPU);
              }
            });
    if (refused != null) {
      assertThat(refused).isInstanceOf(MlopsException.class);
    }
  }

  /** To ONNX Runtime, 3.25 is a member of a set that has 3. */
  @Test
  void newTreesWithSetsRunInOnnxRuntime() {
    RandomTrees trees = full();
    trees.isNew = true;
    trees.categories = true;
    trees.allModes = List.of("BRANCH_MEMBER");
    assertThat(placement(trees.grow(15, 3).operator())).isEqualTo(CPU);
  }

  /** A branch with one leaf on both sides, and another leaf that no branch leads to. */
  @Test
  void treesWithALeafOfTwoParentsRunInOnnxRuntime() {
    RandomTrees trees = full();
    NodeProto.Builder node = trees.grow(15, 3).operator().toBuilder();
    List<Long> children = new ArrayList<>();
    for (AttributeProto.Builder one : node.getAttributeBuilderList()) {
      if (one.getName().equals("nodes_truenodeids")) {
        children.addAll(one.getIntsList());
      } else if (one.getName().equals("nodes_falsenodeids")) {
        one.setInts(2, children.get(2)); // the parent of two leaves
      }
    }
    assertThat(placement(node.build())).isEqualTo(CPU);
  }

  /** If the values of a set disagree about NaN, ONNX Runtime has answers of its own. */
  @Test
  void setsWithNodesOfTwoParentsRunInOnnxRuntime() {
    RandomTrees trees = full();
    trees.allModes = List.of("BRANCH_EQ");
    trees.tracksMissing = true;
    trees.sets = true;
    NodeProto.Builder node = trees.grow(15, 3).operator().toBuilder();
    assertThat(placement(node.build())).isEqualTo(JAVA);
    for (AttributeProto.Builder one : node.getAttributeBuilderList()) {
      if (one.getName().equals("nodes_missing_value_tracks_true")) {
        for (int i = 0; i < one.getIntsCount(); i++) {
          one.setInts(i, i % 2);
        }
      }
    }
    assertThat(placement(node.build())).isEqualTo(CPU);
  }

  /** ONNX and ONNX Runtime give these two transforms different numbers. */
  @ParameterizedTest
  @ValueSource(strings = {"SOFTMAX", "LOGISTIC", "PROBIT"})
  void newTreesWithTransformsRunInOnnxRuntime(String transform) {
    RandomTrees trees = full();
    trees.isNew = true;
    trees.transform = transform;
    assertThat(placement(trees.grow(15, 3).operator())).isEqualTo(CPU);
  }

  /** ONNX Runtime would end the process. */
  @ParameterizedTest
  @ValueSource(strings = {"nodes_truenodeids", "nodes_falsenodeids", "tree_roots"})
  void newTreesWithNumbersOutOfRangeAreRefused(String attribute) {
    RandomTrees trees = full();
    trees.isNew = true;
    NodeProto.Builder node = trees.grow(2, 2).operator().toBuilder();
    for (AttributeProto.Builder one : node.getAttributeBuilderList()) {
      if (one.getName().equals(attribute)) {
        one.setInts(0, 1000);
      }
    }
    assertThatThrownBy(() -> placement(node.build()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("ai.onnx.ml.TreeEnsemble 'y' has ")
        .hasMessageContaining("1000");
  }

  /** ONNX Runtime would follow it without an end. */
  @Test
  void newTreesWithACycleAreRefused() {
    RandomTrees trees = full();
    trees.isNew = true;
    NodeProto.Builder node = trees.grow(1, 2).operator().toBuilder();
    for (AttributeProto.Builder one : node.getAttributeBuilderList()) {
      if (one.getName().equals("nodes_truenodeids")) {
        one.setInts(0, 0);
      }
    }
    assertThatThrownBy(() -> placement(node.build()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("the branch 0 twice");
  }

  @Test
  void newTreesAgree() {
    RandomTrees trees = full();
    trees.isNew = true;
    trees.targets = 2;
    agree(trees.grow(30, 4));
  }

  @Test
  void probitsRunInOnnxRuntime() {
    RandomTrees trees = full();
    trees.transform = "PROBIT";
    assertThat(placement(trees.grow(15, 3).operator())).isEqualTo(CPU);
  }

  @Test
  void doublesRunInOnnxRuntimeWhichRefusesThemForRowsOfFloats() {
    NodeProto.Builder operator = full().grow(15, 3).operator().toBuilder();
    operator.addAttribute(
        AttributeProto.newBuilder()
            .setName("base_values_as_tensor")
            .setType(AttributeProto.AttributeType.TENSOR)
            .setT(
                TensorProto.newBuilder()
                    .setDataType(TensorProto.DataType.DOUBLE_VALUE)
                    .addDims(1)
                    .addDoubleData(0.5)));
    Throwable refused =
        catchThrowable(() -> assertThat(placement(operator.build())).isEqualTo(CPU));
    if (refused != null) {
      assertThat(refused).isInstanceOf(MlopsException.class);
    }
  }

  /** A classifier also takes rows of other types, here as they are or after another node. */
  @ParameterizedTest
  @CsvSource({"DOUBLE, false", "INT64, false", "INT32, false", "DOUBLE, true", "INT64, true"})
  void rowsOfOtherTypesRunInOnnxRuntime(TensorProto.DataType type, boolean behind)
      throws InvalidProtocolBufferException {
    NodeProto operator = classes(3).grow(15, 3).operator();
    ModelProto.Builder model = ModelProto.parseFrom(RandomTrees.model(operator)).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    graph.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().setElemType(type.getNumber());
    if (behind) {
      graph
          .addNode(0, NodeProto.newBuilder().setOpType("Flatten").addInput("x").addOutput("m"))
          .getNodeBuilder(1)
          .setInput(0, "m");
    }
    byte[] bytes = model.build().toByteArray();
    byte[] row = new byte[FEATURES * (type == TensorProto.DataType.INT32 ? 4 : 8)];
    try (EngineModel whole = load(bytes, OnnxFixture.CPU);
        EngineModel named = load(bytes, OnnxFixture.CPU.withEngineOnly());
        EngineSlot slot = whole.slot();
        EngineSlot expected = named.slot()) {
      assertThat(whole.placement()).isEqualTo(CPU);
      assertThat(call(whole, slot, row, 1, FEATURES))
          .isEqualTo(call(named, expected, row, 1, FEATURES));
    }
  }

  /** ONNX Runtime 1.29 refuses some of them. */
  @ParameterizedTest
  @EnumSource(
      value = TensorProto.DataType.class,
      names = {"DOUBLE", "FLOAT16"})
  void newTreesOfOtherTypesAreLeftToOnnxRuntime(TensorProto.DataType type) {
    RandomTrees trees = full();
    trees.isNew = true;
    NodeProto.Builder node = trees.grow(15, 3).operator().toBuilder();
    for (AttributeProto.Builder one : node.getAttributeBuilderList()) {
      if (one.hasT() && one.getT().getDataType() == TensorProto.DataType.FLOAT.getNumber()) {
        int bytes = (int) one.getT().getDims(0) * (type == TensorProto.DataType.DOUBLE ? 8 : 2);
        one.getTBuilder()
            .setDataType(type.getNumber())
            .clearFloatData()
            .setRawData(ByteString.copyFrom(new byte[bytes]));
      }
    }
    Throwable refused = catchThrowable(() -> assertThat(placement(node.build())).isEqualTo(CPU));
    if (refused != null) {
      assertThat(refused).isInstanceOf(MlopsException.class);
    }
  }

  private void agree(RandomTrees trees) {
    agree(trees, RandomTrees.model(trees.operator()));
  }

  /** Calls of the same rows with Java and with ONNX Runtime, in batches of one row. */
  private void agree(RandomTrees trees, byte[] model) {
    int rows = 70;
    byte[] all = rows(trees, rows);
    try (EngineModel java = load(model, OnnxFixture.CPU);
        EngineModel ort = load(model, OnnxFixture.CPU.withEngineOnly());
        EngineSlot ours = java.slot();
        EngineSlot theirs = ort.slot()) {
      assertThat(java.placement()).isEqualTo(JAVA);
      int width = 4 * FEATURES;
      for (int row = 0; row < rows; row++) {
        byte[] one = Arrays.copyOfRange(all, row * width, (row + 1) * width);
        assertThat(call(java, ours, one, 1, FEATURES))
            .isEqualTo(call(ort, theirs, one, 1, FEATURES));
      }
      assertThat(call(java, ours, new byte[0], 0, FEATURES))
          .isEqualTo(call(ort, theirs, new byte[0], 0, FEATURES));
      assertThat(shapes(call(java, ours, all, rows, FEATURES)))
          .isEqualTo(shapes(call(ort, theirs, all, rows, FEATURES)));
    }
  }

  private static List<String> shapes(List<List<String>> answers) {
    return answers.stream().map(answer -> answer.get(0)).toList();
  }

  @Test
  void regressionsAgree() {
    agree(full().grow(30, 4));
  }

  /** Files of all versions that know these operators; the newest replaced them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void versionsOfTheOperatorsAgree(int version) {
    RandomTrees trees = full();
    trees.tracksMissing = true;
    trees.base = 1;
    agree(trees, RandomTrees.model(trees.grow(30, 4).operator(), version));
    RandomTrees classes = classes(3);
    classes.transform = "SOFTMAX";
    agree(classes, RandomTrees.model(classes.grow(30, 4).operator(), version));
  }

  @Test
  void manyTargetsAgree() {
    RandomTrees trees = full();
    trees.targets = 3;
    trees.leafWeights = 3;
    agree(trees.grow(30, 4));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void classesWithNumbersAgree(int count) {
    agree(classes(count).grow(15, 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void classesWithTextsAgree(int count) {
    RandomTrees trees = classes(count);
    trees.texts = true;
    agree(trees.grow(15, 3));
  }

  @Test
  void oneSidedClassesWithTextsAgree() {
    RandomTrees trees = classes(2);
    trees.texts = true;
    trees.leafWeights = 1;
    trees.only = 1;
    trees.transform = "LOGISTIC";
    agree(trees.grow(15, 3));
  }

  @Test
  void answerDoesNotDependOnTheBatch() {
    RandomTrees trees = full().grow(100, 4);
    byte[] all = rows(trees, 200);
    try (EngineModel model = load(trees.operator(), OnnxFixture.CPU);
        EngineSlot slot = model.slot()) {
      float[] whole = answers(slot, all, 200);
      for (int rows : new int[] {1, 2, 7, 8, 9, 63, 64, 65, 130}) {
        byte[] some = Arrays.copyOfRange(all, 0, rows * 4 * FEATURES);
        assertThat(answers(slot, some, rows)).isEqualTo(Arrays.copyOf(whole, rows));
      }
    }
  }

  @Test
  void largeBatchesOnManyThreadsHaveTheAnswersOfOneThread() {
    RandomTrees trees = full();
    trees.classifies = true;
    trees.targets = 3;
    NodeProto operator = trees.grow(100, 5).operator();
    int rows = 2003; // a million steps, for four threads
    byte[] all = rows(trees, rows);
    DirectMemory memory = new DirectMemory();
    OnnxEngine four = OnnxEngine.open(EngineOptions.of(memory, 4));
    try (EngineModel one = load(operator, OnnxFixture.CPU);
        EngineModel many =
            four.load(
                OnnxFixture.source("trees.onnx", RandomTrees.model(operator)), OnnxFixture.CPU);
        EngineSlot slot = one.slot();
        EngineSlot split = many.slot()) {
      assertThat(many.placement()).isEqualTo(JAVA);
      List<List<String>> expected = call(one, slot, all, rows, FEATURES);
      for (int i = 0; i < 20; i++) {
        assertThat(call(many, split, all, rows, FEATURES)).isEqualTo(expected);
      }
      feed(split, 0, all, rows, FEATURES);
      split.cancel();
      assertThatThrownBy(split::run)
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("cancelled");
    } finally {
      four.close();
    }
    assertThat(memory.bytes()).isZero();
  }

  private static float[] answers(EngineSlot slot, byte[] rows, int count) {
    feed(slot, 0, rows, count, FEATURES);
    slot.run();
    float[] answers = floats(slot.output(0));
    slot.recycle();
    return answers;
  }

  @Test
  void manyThreadsGetTheAnswersOfOne() throws Exception {
    RandomTrees trees = full().grow(100, 4);
    byte[] rows = rows(trees, 65);
    try (EngineModel model = load(trees.operator(), OnnxFixture.CPU);
        EngineSlot first = model.slot()) {
      float[] expected = answers(first, rows, 65);
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(
            CompletableFuture.runAsync(
                () -> {
                  try (EngineSlot slot = model.slot()) {
                    for (int call = 0; call < 200; call++) {
                      assertThat(answers(slot, rows, 65)).isEqualTo(expected);
                    }
                  }
                }));
      }
      for (CompletableFuture<Void> thread : threads) {
        thread.get(60, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void wrongShapesAreRefusedLikeThoseOfOnnxRuntime() {
    NodeProto operator = full().grow(15, 3).operator();
    try (EngineModel java = load(operator, OnnxFixture.CPU);
        EngineModel ort = load(operator, OnnxFixture.CPU.withEngineOnly());
        EngineSlot ours = java.slot();
        EngineSlot theirs = ort.slot()) {
      for (long[] dims : new long[][] {{FEATURES}, {2, FEATURES - 1}, {1, 1, FEATURES}, {2, -1}}) {
        Throwable expected = catchThrowable(() -> theirs.shape(0, dims));
        assertThatThrownBy(() -> ours.shape(0, dims))
            .isInstanceOf(expected.getClass())
            .hasMessage(expected.getMessage());
      }
      byte[] rows = rows(full(), 3);
      assertThat(call(java, ours, rows, 3, FEATURES)).hasSize(1);
    }
  }

  @Test
  void cancelBeforeTheRunEndsItAndTheNextCallRuns() {
    try (EngineModel model = load(full().grow(15, 3).operator(), OnnxFixture.CPU);
        EngineSlot slot = model.slot()) {
      byte[] rows = rows(full(), 3);
      feed(slot, 0, rows, 3, FEATURES);
      slot.cancel();
      assertThatThrownBy(slot::run)
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("cancelled");
      assertThatThrownBy(() -> slot.output(0)).isInstanceOf(IllegalStateException.class);
      slot.recycle();
      assertThat(answers(slot, rows, 3)).hasSize(3);
    }
  }

  @Test
  void cancelEndsALongRun() throws Exception {
    RandomTrees trees = full().grow(400, 7);
    int rows = 400_000; // more than a second
    try (EngineModel model = load(trees.operator(), OnnxFixture.CPU);
        EngineSlot slot = model.slot()) {
      feed(slot, 0, new byte[rows * 4 * FEATURES], rows, FEATURES);
      CompletableFuture<Void> run = CompletableFuture.runAsync(slot::run);
      slot.cancel();
      assertThatThrownBy(() -> run.get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InferenceException.class)
          .hasMessageContaining("cancelled");
      slot.recycle();
    }
  }

  @Test
  void largeInputsAreReadWhereTheyLie() {
    RandomTrees trees = full().grow(15, 3);
    byte[] rows = rows(trees, 2000);
    try (EngineModel model = load(trees.operator(), OnnxFixture.CPU);
        EngineSlot slot = model.slot();
        EngineSlot other = model.slot()) {
      float[] copied = answers(slot, rows, 2000);
      feed(other, 0, rows, 2000, FEATURES);
      slot.shape(0, new long[] {2000, FEATURES});
      assertThat(slot.borrow(0, other.address(0), rows.length)).isTrue();
      slot.run();
      assertThat(floats(slot.output(0))).isEqualTo(copied);
      slot.recycle();
    }
  }

  /**
   * A damaged definition is refused by ONNX Runtime, runs there, or has the answers of ONNX
   * Runtime.
   */
  @Sized
  @Test
  void damagedTreesAreLeftToOnnxRuntime() {
    long seed = 20261128;
    Random random = new Random(seed);
    int java = 0;
    int refused = 0;
    for (int i = 0; i < TestSize.of(300, 3_000); i++) {
      RandomTrees trees = i % 3 == 0 ? classes(3) : full();
      trees.isNew = i % 3 == 1;
      NodeProto damaged = damaged(trees.grow(20, 2).operator(), random);
      try (EngineModel ort = load(damaged, OnnxFixture.CPU.withEngineOnly());
          EngineModel ours = load(damaged, OnnxFixture.CPU)) {
        if (ours.placement().equals(JAVA)) {
          java++;
          byte[] row = rows(trees, 1);
          try (EngineSlot slot = ours.slot();
              EngineSlot theirs = ort.slot()) {
            assertThat(call(ours, slot, row, 1, FEATURES))
                .as("seed %d, model %d: %s", seed, i, damaged)
                .isEqualTo(call(ort, theirs, row, 1, FEATURES));
          }
        }
      } catch (MlopsException e) {
        refused++;
      }
    }
    assertThat(java).isPositive();
    assertThat(refused).isPositive();
  }

  /** ONNX Runtime refuses a regressor with such arrays, but loads some classifiers. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void arraysThatAreTooShortAreLeftToOnnxRuntime(boolean classifies) {
    for (String name : List.of("nodeids", "featureids", "truenodeids", "falsenodeids")) {
      NodeProto.Builder node =
          (classifies ? classes(3) : full()).grow(20, 2).operator().toBuilder();
      for (AttributeProto.Builder one : node.getAttributeBuilderList()) {
        if (one.getName().equals("nodes_" + name)) {
          List<Long> shorter = one.getIntsList().subList(0, one.getIntsCount() - 1);
          one.clearInts().addAllInts(List.copyOf(shorter));
        }
      }
      Throwable refused =
          catchThrowable(() -> assertThat(placement(node.build())).as(name).isEqualTo(CPU));
      if (refused != null) {
        assertThat(refused).as(name).isInstanceOf(MlopsException.class);
      }
    }
  }

  /** Replaces, drops or repeats something of an attribute. */
  private static NodeProto damaged(NodeProto operator, Random random) {
    NodeProto.Builder node = operator.toBuilder();
    int at = random.nextInt(node.getAttributeCount());
    AttributeProto.Builder attribute = node.getAttribute(at).toBuilder();
    long[] numbers = {-1, 0, 1, 2, 5, 6, 7, 100, Integer.MAX_VALUE, 1L << 32, Long.MIN_VALUE};
    float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 1e30f};
    String[] texts = {"LEAF", "BRANCH_GT", "BRANCH_EQ", "", "NONE", "PROBIT", "MAX"};
    long number = numbers[random.nextInt(numbers.length)];
    float value = values[random.nextInt(values.length)];
    ByteString text = ByteString.copyFromUtf8(texts[random.nextInt(texts.length)]);
    switch (random.nextInt(6)) {
      case 0 -> {
        return node.removeAttribute(at).build();
      }
      case 1 -> attribute.addInts(number);
      case 2 -> attribute.setI(number).setS(text);
      default -> {
        if (attribute.getIntsCount() > 0) {
          attribute.setInts(random.nextInt(attribute.getIntsCount()), number);
        } else if (attribute.getFloatsCount() > 0) {
          attribute.setFloats(random.nextInt(attribute.getFloatsCount()), value);
        } else if (attribute.hasT()) {
          attribute.setT(mutated(attribute.getT(), random, value));
        } else if (attribute.getStringsCount() > 0) {
          attribute.setStrings(random.nextInt(attribute.getStringsCount()), text);
        }
      }
    }
    return node.setAttribute(at, attribute).build();
  }

  private static TensorProto mutated(TensorProto tensor, Random random, float value) {
    TensorProto.Builder changed = tensor.toBuilder();
    if (random.nextBoolean()) {
      return changed.setDims(0, random.nextInt(40) - 1).build();
    }
    if (tensor.getFloatDataCount() > 0) {
      changed.setFloatData(random.nextInt(tensor.getFloatDataCount()), value);
    } else if (tensor.getInt32DataCount() > 0) {
      changed.setInt32Data(random.nextInt(tensor.getInt32DataCount()), random.nextInt(300) - 20);
    } else {
      changed.setRawData(tensor.getRawData().substring(random.nextInt(9)));
    }
    return changed.build();
  }
}
