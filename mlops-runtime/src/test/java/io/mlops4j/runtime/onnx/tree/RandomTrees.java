package io.mlops4j.runtime.onnx.tree;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Makes operators of random trees. */
public final class RandomTrees {
  public static final int FEATURES = 5;

  /** The labels of classes if they are texts. */
  public static final List<String> LABELS = List.of("Adélie", "", "gentoo \ud83d\udc27", "x");

  private static final float[] EXTREMES = {
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Math.nextDown(Float.MIN_NORMAL),
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Math.nextDown(Float.MAX_VALUE),
    0,
    -0f,
    1 << 24,
    1L << 31,
    1e10f,
    -1e-40f,
    1e-40f,
    Math.nextUp(1f),
    1
  };

  private static final float[] ODD = {
    Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 1e-8f, 1e30f, Float.MIN_VALUE
  };

  private final Random random;
  private final List<Long> trees = new ArrayList<>();
  private final List<Long> ids = new ArrayList<>();
  private final List<Long> features = new ArrayList<>();
  private final List<String> modes = new ArrayList<>();
  private final List<Float> values = new ArrayList<>();
  private final List<Long> trueIds = new ArrayList<>();
  private final List<Long> falseIds = new ArrayList<>();
  private final List<Long> missing = new ArrayList<>();
  private final List<Long> weightTrees = new ArrayList<>();
  private final List<Long> weightIds = new ArrayList<>();
  private final List<Long> weightTargets = new ArrayList<>();
  private final List<Float> weights = new ArrayList<>();

  public List<String> allModes = List.of("BRANCH_LEQ");
  public boolean tracksMissing;
  public boolean classifies;
  public int targets = 1;

  /** The only target that gets weights, or -1 for all. */
  public int only = -1;

  public boolean positive;

  /** Whether the operator is that of ai.onnx.ml 5. */
  public boolean isNew;

  /** Whether labels are texts. */
  public boolean texts;

  /** Whether a comparison for equality may be a chain of several that share their true branch. */
  public boolean sets;

  /** Whether branches have weights, too. */
  public boolean branchWeights;

  /** Whether values are small whole numbers. */
  public boolean categories;

  /** Whether values are as large or as small as a float can be. */
  public boolean extremes;

  /** Whether some weights are NaN, infinite or nearly 0. */
  public boolean oddWeights;

  /** Whether weights are -1, 0 or 1, so that branches are often alike. */
  public boolean fewWeights;

  /** Whether each branch has a leaf, so that a tree is as deep as it can be. */
  public boolean chains;

  /** Whether all leaves have the same depth. */
  public boolean full;

  public int leafWeights = 1;
  public String aggregate = "SUM";
  public String transform = "NONE";
  public int base;

  public RandomTrees(Random random) {
    this.random = random;
  }

  /** Thresholds are few, so that features are often equal to them. */
  float value() {
    if (extremes) {
      return EXTREMES[random.nextInt(EXTREMES.length)];
    }
    if (categories) {
      return random.nextInt(random.nextInt(4) == 0 ? 4000 : 40) - 2;
    }
    return switch (random.nextInt(10)) {
      case 0 -> 0f;
      case 1 -> -0f;
      case 2 -> (float) random.nextGaussian();
      default -> (random.nextInt(9) - 4) / 2f;
    };
  }

  /** A feature of a row. */
  public float feature() {
    return switch (random.nextInt(12)) {
      case 0 -> Float.NaN;
      case 1 -> Float.POSITIVE_INFINITY;
      case 2 -> Float.NEGATIVE_INFINITY;
      case 3 -> (random.nextInt(400) - 20) / 4f;
      case 4 -> EXTREMES[random.nextInt(EXTREMES.length)];
      default -> value();
    };
  }

  /** Adds trees of at most a depth. */
  public RandomTrees grow(int count, int depth) {
    for (int i = 0; i < count; i++) {
      node(i, new long[] {0}, depth, false);
    }
    return this;
  }

  private long node(long tree, long[] next, int depth, boolean mayEnd) {
    long id = next[0]++;
    int at = ids.size();
    boolean leaf = depth == 0 || (mayEnd && !full && random.nextInt(5) == 0);
    trees.add(tree);
    ids.add(id);
    features.add(leaf ? 0L : (long) random.nextInt(FEATURES));
    modes.add(leaf ? "LEAF" : allModes.get(random.nextInt(allModes.size())));
    values.add(leaf ? 0f : value());
    missing.add(random.nextInt(2) * 1L);
    trueIds.add(0L);
    falseIds.add(0L);
    if (leaf || branchWeights) {
      for (int i = 0; i < leafWeights; i++) {
        weightTrees.add(tree);
        weightIds.add(id);
        weightTargets.add(
            only >= 0 && leaf
                ? (long) only
                : leafWeights == targets ? (long) i : (long) random.nextInt(targets));
        float weight = (float) random.nextGaussian();
        if (oddWeights && random.nextInt(9) == 0) {
          weight = ODD[random.nextInt(ODD.length)];
        }
        if (fewWeights) {
          weight = random.nextInt(3) - 1f;
        }
        weights.add(positive && leaf ? Math.abs(weight) / 20 : weight);
      }
    }
    if (!leaf) {
      long whenTrue = node(tree, next, chains ? 0 : depth - 1, true);
      trueIds.set(at, whenTrue);
      int last = at;
      while (sets && modes.get(at).equals("BRANCH_EQ") && random.nextInt(4) > 0) {
        falseIds.set(last, next[0]);
        last = ids.size();
        trees.add(tree);
        ids.add(next[0]++);
        features.add(features.get(at));
        modes.add("BRANCH_EQ");
        values.add(value());
        missing.add(missing.get(at));
        trueIds.add(whenTrue);
        falseIds.add(0L);
      }
      falseIds.set(last, node(tree, next, depth - 1, true));
    }
    return id;
  }

  public NodeProto operator() {
    if (isNew) {
      return newOperator();
    }
    String target = classifies ? "class_" : "target_";
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setDomain("ai.onnx.ml")
            .setOpType(classifies ? "TreeEnsembleClassifier" : "TreeEnsembleRegressor")
            .addInput("x");
    if (classifies) {
      node.addOutput("label");
    }
    node.addOutput("y");
    longs(node, "nodes_treeids", trees);
    longs(node, "nodes_nodeids", ids);
    longs(node, "nodes_featureids", features);
    longs(node, "nodes_truenodeids", trueIds);
    longs(node, "nodes_falsenodeids", falseIds);
    if (tracksMissing) {
      longs(node, "nodes_missing_value_tracks_true", missing);
    }
    floats(node, "nodes_values", values);
    texts(node, "nodes_modes", modes);
    longs(node, target + "treeids", weightTrees);
    longs(node, target + "nodeids", weightIds);
    longs(node, target + "ids", weightTargets);
    floats(node, target + "weights", weights);
    if (base > 0) {
      List<Float> bases = new ArrayList<>();
      for (int i = 0; i < base; i++) {
        bases.add((float) random.nextGaussian());
      }
      floats(node, "base_values", bases);
    }
    text(node, "post_transform", transform);
    if (classifies) {
      if (texts) {
        texts(node, "classlabels_strings", LABELS.subList(0, targets));
      } else {
        longs(
            node,
            "classlabels_int64s",
            LongStream.range(0, targets).map(i -> 10 * i).boxed().toList());
      }
    } else {
      text(node, "aggregate_function", aggregate);
      number(node, "n_targets", targets);
    }
    return node.build();
  }

  /** The operator of ai.onnx.ml 5, which numbers branches and leaves of all trees. */
  private NodeProto newOperator() {
    List<Integer> branches = new ArrayList<>();
    List<Integer> leaves = new ArrayList<>();
    Map<List<Long>, Integer> at = new HashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      at.put(List.of(trees.get(i), ids.get(i)), i);
      (modes.get(i).equals("LEAF") ? leaves : branches).add(i);
    }
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setDomain("ai.onnx.ml")
            .setOpType("TreeEnsemble")
            .addInput("x")
            .addOutput("y");
    longs(
        node,
        "tree_roots",
        IntStream.range(0, branches.size())
            .filter(i -> ids.get(branches.get(i)) == 0)
            .mapToObj(i -> (long) i)
            .toList());
    longs(node, "nodes_featureids", branches.stream().map(features::get).toList());
    if (tracksMissing) {
      longs(node, "nodes_missing_value_tracks_true", branches.stream().map(missing::get).toList());
    }
    for (String side : List.of("true", "false")) {
      List<Long> children = new ArrayList<>();
      List<Long> areLeaves = new ArrayList<>();
      for (int i : branches) {
        long id = (side.equals("true") ? trueIds : falseIds).get(i);
        int child = at.get(List.of(trees.get(i), id));
        boolean leaf = modes.get(child).equals("LEAF");
        children.add((long) (leaf ? leaves : branches).indexOf(child));
        areLeaves.add(leaf ? 1L : 0L);
      }
      longs(node, "nodes_" + side + "nodeids", children);
      longs(node, "nodes_" + side + "leafs", areLeaves);
    }
    longs(node, "leaf_targetids", weightTargets);
    List<String> names =
        List.of(
            "BRANCH_LEQ",
            "BRANCH_LT",
            "BRANCH_GTE",
            "BRANCH_GT",
            "BRANCH_EQ",
            "BRANCH_NEQ",
            "BRANCH_MEMBER");
    List<Float> members = new ArrayList<>();
    for (int i : branches) {
      if (modes.get(i).equals("BRANCH_MEMBER")) {
        for (int count = random.nextInt(4); count >= 0; count--) {
          members.add(value());
        }
        members.add(Float.NaN);
      }
    }
    if (!members.isEmpty()) {
      tensor(
          node,
          "membership_values",
          TensorProto.newBuilder()
              .setDataType(DataType.FLOAT.getNumber())
              .addDims(members.size())
              .addAllFloatData(members));
    }
    tensor(
        node,
        "nodes_modes",
        TensorProto.newBuilder()
            .setDataType(DataType.UINT8.getNumber())
            .addDims(branches.size())
            .addAllInt32Data(branches.stream().map(i -> names.indexOf(modes.get(i))).toList()));
    tensor(
        node,
        "nodes_splits",
        TensorProto.newBuilder()
            .setDataType(DataType.FLOAT.getNumber())
            .addDims(branches.size())
            .addAllFloatData(branches.stream().map(values::get).toList()));
    ByteBuffer raw = ByteBuffer.allocate(4 * weights.size()).order(ByteOrder.LITTLE_ENDIAN);
    weights.forEach(raw::putFloat);
    tensor(
        node,
        "leaf_weights",
        TensorProto.newBuilder()
            .setDataType(DataType.FLOAT.getNumber())
            .addDims(weights.size())
            .setRawData(ByteString.copyFrom(raw.array())));
    number(node, "n_targets", targets);
    number(node, "aggregate_function", List.of("AVERAGE", "SUM", "MIN", "MAX").indexOf(aggregate));
    number(
        node,
        "post_transform",
        List.of("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT").indexOf(transform));
    return node.build();
  }

  private static void tensor(NodeProto.Builder node, String name, TensorProto.Builder tensor) {
    node.addAttribute(
        AttributeProto.newBuilder().setName(name).setType(AttributeType.TENSOR).setT(tensor));
  }

  private static void number(NodeProto.Builder node, String name, long value) {
    node.addAttribute(
        AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value));
  }

  private static void longs(NodeProto.Builder node, String name, List<Long> values) {
    node.addAttribute(
        AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS).addAllInts(values));
  }

  private static void floats(NodeProto.Builder node, String name, List<Float> values) {
    node.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeType.FLOATS)
            .addAllFloats(values));
  }

  private static void texts(NodeProto.Builder node, String name, List<String> values) {
    AttributeProto.Builder texts =
        AttributeProto.newBuilder().setName(name).setType(AttributeType.STRINGS);
    values.forEach(value -> texts.addStrings(ByteString.copyFromUtf8(value)));
    node.addAttribute(texts);
  }

  private static void text(NodeProto.Builder node, String name, String value) {
    node.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeType.STRING)
            .setS(ByteString.copyFromUtf8(value)));
  }

  /** A model of one operator. */
  public static byte[] model(NodeProto operator) {
    return model(operator, operator.getOpType().equals("TreeEnsemble") ? 5 : 3);
  }

  /** The same of a version of ai.onnx.ml. */
  public static byte[] model(NodeProto operator, int version) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("trees")
            .addNode(operator)
            .addInput(
                ValueInfoProto.newBuilder()
                    .setName("x")
                    .setType(
                        TypeProto.newBuilder()
                            .setTensorType(
                                TypeProto.Tensor.newBuilder()
                                    .setElemType(DataType.FLOAT_VALUE)
                                    .setShape(
                                        ai.onnx.proto.OnnxMl.TensorShapeProto.newBuilder()
                                            .addDim(
                                                ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension
                                                    .newBuilder()
                                                    .setDimParam("N"))
                                            .addDim(
                                                ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension
                                                    .newBuilder()
                                                    .setDimValue(FEATURES))))));
    boolean texts =
        operator.getAttributeList().stream()
            .anyMatch(attribute -> attribute.getName().equals("classlabels_strings"));
    operator
        .getOutputList()
        .forEach(
            name ->
                graph.addOutput(
                    output(
                        name,
                        !name.equals("label")
                            ? DataType.FLOAT
                            : texts ? DataType.STRING : DataType.INT64)));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(version))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static ValueInfoProto output(String name, DataType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
        .build();
  }
}
