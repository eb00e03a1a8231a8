package io.mlops4j.runtime.onnx.tree;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * A {@code TreeEnsemble} (ai.onnx.ml 5), which numbers the branches and the leaves of all trees.
 * Numbers each tree's nodes by themselves, as the older operators do.
 */
final class NewTrees {
  /**
   * The modes that are evaluated here. To ONNX Runtime, 3.25 is a member of a set that has 3, which
   * is left to it.
   */
  private static final String[] MODES = {
    "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"
  };

  private static final String[] AGGREGATES = {"AVERAGE", "SUM", "MIN", "MAX"};

  /** ONNX says that 1 is SOFTMAX and 2 is LOGISTIC, but ONNX Runtime reads them the other way. */
  private static final String[] TRANSFORMS = {"NONE", "1", "2", "SOFTMAX_ZERO"};

  private final Map<String, AttributeProto> all;
  private final long[] roots;
  private final long[] features;
  private final long[] trueIds;
  private final long[] falseIds;
  private final long[] trueLeaves;
  private final long[] falseLeaves;
  private final long[] missing;
  private final long[] leafTargets;
  private final float[] splits;
  private final float[] leafWeights;
  private final int[] modes;
  private final boolean[] seen;
  private final List<Node> nodes = new ArrayList<>();

  /** A node of a tree: a branch if its leaf is -1. */
  private static final class Node {
    private final int tree;
    private final int id;
    private final int branch;
    private final int leaf;
    private int whenTrue;
    private int whenFalse;

    Node(int tree, int id, int branch, int leaf) {
      this.tree = tree;
      this.id = id;
      this.branch = branch;
      this.leaf = leaf;
    }
  }

  NewTrees(Map<String, AttributeProto> all) {
    this.all = all;
    roots = longs("tree_roots");
    features = longs("nodes_featureids");
    trueIds = longs("nodes_truenodeids");
    falseIds = longs("nodes_falsenodeids");
    trueLeaves = longs("nodes_trueleafs");
    falseLeaves = longs("nodes_falseleafs");
    missing = longs("nodes_missing_value_tracks_true");
    leafTargets = longs("leaf_targetids");
    splits = floats("nodes_splits");
    leafWeights = floats("leaf_weights");
    modes = bytes("nodes_modes");
    int size = features.length;
    seen = new boolean[size];
    if (trueIds.length != size
        || falseIds.length != size
        || trueLeaves.length != size
        || falseLeaves.length != size
        || splits.length != size
        || modes.length != size
        || (missing.length != 0 && missing.length != size)
        || leafTargets.length != leafWeights.length
        || all.containsKey("membership_values")) {
      throw new UnfitTreesException(
          "lists of nodes have unequal lengths, or nodes compare with sets");
    }
  }

  TreeDefinition definition() {
    for (int tree = 0; tree < roots.length; tree++) {
      tree(tree);
    }
    List<Node> leaves = nodes.stream().filter(node -> node.leaf >= 0).toList();
    float[] values = new float[nodes.size()];
    float[] weights = new float[leaves.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = nodes.get(i).leaf >= 0 ? 0 : splits[nodes.get(i).branch];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] = leafWeights[leaves.get(i).leaf];
    }
    return new TreeDefinition(
        nodes.stream().mapToLong(node -> node.tree).toArray(),
        nodes.stream().mapToLong(node -> node.id).toArray(),
        nodes.stream().mapToLong(node -> node.leaf >= 0 ? 0 : features[node.branch]).toArray(),
        nodes.stream().map(node -> node.leaf >= 0 ? "LEAF" : mode(node.branch)).toList(),
        values,
        nodes.stream().mapToLong(node -> node.whenTrue).toArray(),
        nodes.stream().mapToLong(node -> node.whenFalse).toArray(),
        missing.length == 0
            ? missing
            : nodes.stream().mapToLong(node -> node.leaf >= 0 ? 0 : missing[node.branch]).toArray(),
        leaves.stream().mapToLong(node -> node.tree).toArray(),
        leaves.stream().mapToLong(node -> node.id).toArray(),
        leaves.stream().mapToLong(node -> leafTargets[node.leaf]).toArray(),
        weights,
        new float[0],
        choice("aggregate_function", AGGREGATES, 1),
        choice("post_transform", TRANSFORMS, 0),
        new long[0],
        List.of(),
        TreeDefinition.targets(all));
  }

  private void tree(int tree) {
    int first = nodes.size();
    Deque<Node> open = new ArrayDeque<>();
    open.add(node(tree, first, roots[tree], false));
    if (trueIds[(int) roots[tree]] == falseIds[(int) roots[tree]]) {
      throw new UnfitTreesException("a root may be a leaf"); // ONNX Runtime reads another leaf
    }
    while (!open.isEmpty()) {
      Node node = open.remove();
      if (node.leaf < 0) {
        Node whenTrue = node(tree, first, trueIds[node.branch], trueLeaves[node.branch] != 0);
        Node whenFalse = node(tree, first, falseIds[node.branch], falseLeaves[node.branch] != 0);
        node.whenTrue = whenTrue.id;
        node.whenFalse = whenFalse.id;
        open.add(whenTrue);
        open.add(whenFalse);
      }
    }
  }

  private Node node(int tree, int first, long number, boolean leaf) {
    int end = leaf ? leafWeights.length : seen.length;
    if (number < 0 || number >= end || (!leaf && seen[(int) number])) {
      throw new UnfitTreesException("the node %d is missing or has two parents".formatted(number));
    }
    int at = (int) number;
    if (!leaf) {
      seen[at] = true;
    }
    Node node = new Node(tree, nodes.size() - first, leaf ? -1 : at, leaf ? at : -1);
    nodes.add(node);
    return node;
  }

  private String mode(int branch) {
    if (modes[branch] >= MODES.length) {
      throw new UnfitTreesException("a node has the mode " + modes[branch]);
    }
    return MODES[modes[branch]];
  }

  private String choice(String name, String[] choices, int otherwise) {
    AttributeProto found = all.get(name);
    long choice = found == null ? otherwise : found.getI();
    if (choice < 0 || choice >= choices.length) {
      throw new UnfitTreesException(name + " is " + choice);
    }
    return choices[(int) choice];
  }

  private long[] longs(String name) {
    return TreeDefinition.longs(all, name);
  }

  private TensorProto tensor(String name, DataType type) {
    TensorProto tensor = TreeDefinition.get(all, name).getT();
    if (tensor.getDataType() != type.getNumber()
        || tensor.getDataLocation() != DataLocation.DEFAULT
        || tensor.getDimsCount() != 1) {
      throw new UnfitTreesException(
          "%s is not a list of %s inside the model".formatted(name, type));
    }
    return tensor;
  }

  private float[] floats(String name) {
    TensorProto tensor = tensor(name, DataType.FLOAT);
    float[] values = new float[size(tensor, tensor.getFloatDataCount(), Float.BYTES)];
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      values[i] = raw.hasRemaining() ? raw.getFloat() : tensor.getFloatData(i);
    }
    return values;
  }

  private int[] bytes(String name) {
    TensorProto tensor = tensor(name, DataType.UINT8);
    int[] values = new int[size(tensor, tensor.getInt32DataCount(), 1)];
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer();
    Arrays.setAll(
        values,
        i -> raw.hasRemaining() ? Byte.toUnsignedInt(raw.get()) : tensor.getInt32Data(i) & 0xff);
    return values;
  }

  private static int size(TensorProto tensor, int typed, int bytes) {
    int raw = tensor.getRawData().size();
    int size = raw == 0 ? typed : raw / bytes;
    if (tensor.getDims(0) != size || raw % bytes != 0 || (raw > 0 && typed > 0)) {
      throw new UnfitTreesException("a list of numbers has another length than it states");
    }
    return size;
  }
}
