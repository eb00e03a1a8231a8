package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import io.mlops4j.error.MlopsException;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.runtime.onnx.tree.RandomTrees;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees with which ONNX Runtime itself ends the process, or never returns. */
@Thorough("processes")
class HostileTreesTest {
  private static final int FEATURES = RandomTrees.FEATURES;
  private static final int MANY = 100_000;

  /** In bytes; less than ONNX Runtime needs for 1000 levels. */
  private static final long SMALL_STACK = 200_000;

  /** A tree of an operator of ai.onnx.ml 1 to 3. */
  private static final class Table {
    private final Map<String, List<Long>> numbers = new LinkedHashMap<>();
    private final List<String> modes = new ArrayList<>();

    private void put(String name, long value) {
      numbers.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
    }

    Table branch(String mode, long whenTrue, long whenFalse) {
      put("nodes_treeids", 0);
      put("nodes_nodeids", modes.size());
      put("nodes_featureids", 0);
      put("nodes_truenodeids", whenTrue);
      put("nodes_falsenodeids", whenFalse);
      modes.add(mode);
      return this;
    }

    Table branch(long whenTrue, long whenFalse) {
      return branch("BRANCH_LEQ", whenTrue, whenFalse);
    }

    Table leaf() {
      put("target_treeids", 0);
      put("target_nodeids", modes.size());
      put("target_ids", 0);
      return branch("LEAF", 0, 0);
    }

    Table leaves(int count) {
      for (int i = 0; i < count; i++) {
        leaf();
      }
      return this;
    }

    NodeProto regressor() {
      NodeProto.Builder node = node("TreeEnsembleRegressor").addOutput("y");
      numbers.forEach((name, values) -> node.addAttribute(ints(name, values)));
      return node.addAttribute(floats("target_weights", numbers.get("target_ids").size()))
          .addAttribute(number("n_targets", 1))
          .build();
    }

    private NodeProto.Builder node(String operator) {
      AttributeProto.Builder texts =
          AttributeProto.newBuilder().setName("nodes_modes").setType(AttributeType.STRINGS);
      modes.forEach(mode -> texts.addStrings(ByteString.copyFromUtf8(mode)));
      return NodeProto.newBuilder()
          .setDomain("ai.onnx.ml")
          .setOpType(operator)
          .addInput("x")
          .addAttribute(texts)
          .addAttribute(floats("nodes_values", modes.size()));
    }
  }

  private static AttributeProto.Builder ints(String name, List<Long> values) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS).addAllInts(values);
  }

  private static AttributeProto.Builder number(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value);
  }

  private static AttributeProto.Builder floats(String name, int count) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOATS)
        .addAllFloats(Collections.nCopies(count, 1f));
  }

  private static AttributeProto.Builder tensor(String name, TensorProto.Builder tensor) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.TENSOR).setT(tensor);
  }

  private static TensorProto.Builder ones(int count) {
    return TensorProto.newBuilder()
        .setDataType(DataType.FLOAT_VALUE)
        .addDims(count)
        .addAllFloatData(Collections.nCopies(count, 1f));
  }

  /**
   * A tree of which each branch has a leaf.
   *
   * @param side whether the true side is the deep one
   */
  private static NodeProto deep(int depth, boolean side) {
    Table table = new Table();
    for (long i = 0; i < depth; i++) {
      table.branch(2 * i + (side ? 2 : 1), 2 * i + (side ? 1 : 2)).leaf();
    }
    return table.leaf().regressor();
  }

  /** A chain of comparisons for equality with one true branch, as exporters write a set. */
  private static NodeProto set(int members) {
    Table table = new Table();
    table.branch("BRANCH_EQ", 1, 2).leaf();
    for (int i = 1; i < members; i++) {
      table.branch("BRANCH_EQ", 1, i + 2);
    }
    NodeProto.Builder node = table.leaf().regressor().toBuilder();
    for (AttributeProto.Builder one : node.getAttributeBuilderList()) {
      for (int i = 0; one.getName().equals("nodes_values") && i < one.getFloatsCount(); i++) {
        one.setFloats(i, 100 + i);
      }
    }
    return node.build();
  }

  /** Two comparisons for equality, whose true branches are deep and look alike. */
  private static NodeProto alike(int depth) {
    long first = 3;
    long second = first + 2L * depth + 1;
    Table table = new Table();
    table.branch("BRANCH_EQ", first, 1).branch("BRANCH_EQ", second, 2).leaf();
    for (long start : new long[] {first, second}) {
      for (long i = start; i < start + 2L * depth; i += 2) {
        table.branch(i + 2, i + 1).leaf();
      }
      table.leaf();
    }
    return table.regressor();
  }

  /** A deep tree as a TreeEnsemble of ai.onnx.ml 5. */
  private static NodeProto newDeep(int depth, boolean side) {
    List<Long> deeper = new ArrayList<>();
    List<Long> areLeaves = new ArrayList<>(Collections.nCopies(depth, 0L));
    List<Long> leaves = new ArrayList<>();
    for (long i = 0; i < depth; i++) {
      deeper.add(i + 1);
      leaves.add(i);
    }
    areLeaves.set(depth - 1, 1L); // of the number depth
    List<Long> all = Collections.nCopies(depth, 1L);
    List<Long> none = Collections.nCopies(depth, 0L);
    TensorProto.Builder modes =
        TensorProto.newBuilder()
            .setDataType(DataType.UINT8_VALUE)
            .addDims(depth)
            .addAllInt32Data(Collections.nCopies(depth, 0));
    return NodeProto.newBuilder()
        .setDomain("ai.onnx.ml")
        .setOpType("TreeEnsemble")
        .addInput("x")
        .addOutput("y")
        .addAttribute(ints("nodes_featureids", none))
        .addAttribute(tensor("nodes_modes", modes))
        .addAttribute(tensor("nodes_splits", ones(depth)))
        .addAttribute(ints("nodes_truenodeids", side ? deeper : leaves))
        .addAttribute(ints("nodes_trueleafs", side ? areLeaves : all))
        .addAttribute(ints("nodes_falsenodeids", side ? leaves : deeper))
        .addAttribute(ints("nodes_falseleafs", side ? all : areLeaves))
        .addAttribute(ints("tree_roots", List.of(0L)))
        .addAttribute(ints("leaf_targetids", Collections.nCopies(depth + 1, 0L)))
        .addAttribute(tensor("leaf_weights", ones(depth + 1)))
        .addAttribute(number("n_targets", 1))
        .build();
  }

  private static Map<String, NodeProto> models() {
    Map<String, NodeProto> all = new LinkedHashMap<>();
    all.put("deep", deep(MANY, true));
    all.put("deep to the other side", deep(MANY, false));
    all.put("large set", set(MANY));
    all.put(
        "cycle", new Table().branch(1, 2).branch(3, 4).leaf().branch(1, 5).leaves(2).regressor());
    all.put("cycle through the root", new Table().branch(1, 2).branch(0, 3).leaves(2).regressor());
    all.put("new deep", newDeep(MANY, true));
    all.put("new deep to the other side", newDeep(MANY, false));
    all.put("cycle in the second tree", secondTree());
    all.put("5000 levels", deep(5000, true));
    all.put("set of 5000 values", set(5000));
    all.put("new trees of 5000 levels", newDeep(5000, true));
    all.put("branches of 5000 levels that look alike", alike(4998));
    return all;
  }

  /** The ids of nodes begin anew in each tree, and stand in no order. */
  private static NodeProto secondTree() {
    NodeProto.Builder node =
        new Table()
                .branch(1, 2)
                .leaves(2)
                .branch(3, 4)
                .branch(5, 3)
                .leaf()
                .branch(4, 6)
                .leaf()
                .regressor()
                .toBuilder();
    for (AttributeProto.Builder one : node.getAttributeBuilderList()) {
      switch (one.getName()) {
        case "nodes_treeids" -> one.clearInts().addAllInts(List.of(7L, 7L, 7L, 3L, 3L, 3L, 3L, 3L));
        case "nodes_nodeids" -> one.clearInts().addAllInts(List.of(0L, 2L, 1L, 6L, 4L, 5L, 3L, 2L));
        case "nodes_truenodeids" ->
            one.clearInts().addAllInts(List.of(1L, 0L, 0L, 4L, 5L, 0L, 4L, 0L));
        case "nodes_falsenodeids" ->
            one.clearInts().addAllInts(List.of(2L, 0L, 0L, 5L, 3L, 0L, 2L, 0L));
        case "target_treeids" -> one.clearInts().addAllInts(List.of(7L, 7L, 3L, 3L));
        case "target_nodeids" -> one.clearInts().addAllInts(List.of(1L, 2L, 5L, 2L));
        default -> {}
      }
    }
    return node.build();
  }

  private static final String DEEP = " has a tree of depth 100000, expected at most 5000;";
  private static final String CYCLE = " has a cycle of nodes, expected none;";

  /** In a process of its own, which a wrong model ends. Before Java 22, both use JNI. */
  @ParameterizedTest
  @ValueSource(strings = {"jni", "foreign"})
  void treesThatEndTheProcessAreRefusedAndOthersAnswer(String calls) throws Exception {
    List<String> flags =
        new ArrayList<>(List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null"));
    flags.add("-Dmlops4j.calls=" + calls);
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(flags::add);
    Process child =
        ChildProcess.start(
            ChildProcess.java(flags, HostileTreesTest.class)
                .redirectError(ProcessBuilder.Redirect.DISCARD));
    Map<String, String> said =
        ChildProcess.output(child)
            .lines()
            .filter(line -> line.contains("|"))
            .map(line -> line.split("\\|", 2))
            .collect(Collectors.toMap(line -> line[0], line -> line[1]));
    assertThat(said.keySet()).containsExactlyInAnyOrderElementsOf(models().keySet());
    said.forEach(
        (name, answer) ->
            assertThat(answer)
                .as(name)
                .contains(name.contains("5000") ? "[1.0]" : name.contains("cycle") ? CYCLE : DEEP));
  }

  /** Prints the answers of some models, or of all, from a thread with a small stack. */
  public static void main(String[] names) throws InterruptedException {
    OnnxFixture onnx = new OnnxFixture();
    Thread small = new Thread(null, () -> answer(onnx, names), "small", SMALL_STACK);
    small.start();
    small.join();
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static void answer(OnnxFixture onnx, String[] names) {
    Map<String, NodeProto> all = models();
    for (Map.Entry<String, NodeProto> one : all.entrySet()) {
      if (names.length != 1 || names[0].equals(one.getKey())) {
        System.out.println(one.getKey() + "|" + answer(onnx, one.getValue()));
      }
    }
  }

  private static String answer(OnnxFixture onnx, NodeProto operator) {
    byte[] bytes = RandomTrees.model(operator);
    try (EngineModel model =
            onnx.engine.load(OnnxFixture.source("h.onnx", bytes), OnnxFixture.CPU);
        EngineSlot slot = model.slot()) {
      OnnxFixture.feed(slot, 0, new byte[4 * FEATURES], 1, FEATURES);
      slot.run();
      int last = model.signature().outputs().size() - 1;
      return Arrays.toString(OnnxFixture.floats(slot.output(last)));
    } catch (MlopsException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
