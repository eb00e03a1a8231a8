package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The structure of a {@code TreeEnsemble} (ai.onnx.ml 5). ONNX Runtime follows its numbers without
 * a check while it opens a model: a number out of range ends the process, and a cycle has no end. A
 * deep tree overflows the stack.
 */
final class TreeLimits {
  static final String OPERATOR = "ai.onnx.ml.TreeEnsemble";

  /** The attributes that have a value for each branch, or none. */
  private static final List<String> BRANCHES =
      List.of(
          "nodes_falseleafs",
          "nodes_falsenodeids",
          "nodes_modes",
          "nodes_splits",
          "nodes_trueleafs",
          "nodes_truenodeids");

  private static final List<String> MAYBE_BRANCHES =
      List.of("nodes_hitrates", "nodes_missing_value_tracks_true");

  static final Set<String> ATTRIBUTES =
      Set.of(
          "leaf_targetids",
          "leaf_weights",
          "membership_values",
          "nodes_falseleafs",
          "nodes_falsenodeids",
          "nodes_featureids",
          "nodes_hitrates",
          "nodes_missing_value_tracks_true",
          "nodes_modes",
          "nodes_splits",
          "nodes_trueleafs",
          "nodes_truenodeids",
          "tree_roots");

  private static final int MEMBER = 6; // the last mode

  private final Map<String, AttributeProto> all = new HashMap<>();
  private final int branches;
  private final int leaves;

  private TreeLimits(NodeProto.Builder node) {
    node.getAttributeList().forEach(attribute -> all.putIfAbsent(attribute.getName(), attribute));
    branches = size("nodes_featureids");
    leaves = size("leaf_targetids");
  }

  /** Describes what ONNX Runtime would not survive. */
  static Optional<String> violation(NodeProto.Builder node) {
    return Optional.ofNullable(new TreeLimits(node).violation());
  }

  private @Nullable String violation() {
    for (String name : BRANCHES) {
      if (size(name) != branches) {
        return described(name, branches);
      }
    }
    for (String name : MAYBE_BRANCHES) {
      if (size(name) != 0 && size(name) != branches) {
        return described(name, branches);
      }
    }
    if (size("leaf_weights") != leaves) {
      return described("leaf_weights", leaves);
    }
    String found = modes();
    return found == null ? trees() : found;
  }

  private String described(String name, int expected) {
    return "%d values of %s, expected %d".formatted(size(name), name, expected);
  }

  /** Each comparison with a set needs a set with a member. */
  private @Nullable String modes() {
    TensorProto modes = tensor("nodes_modes");
    boolean raw = !modes.getRawData().isEmpty();
    if (raw ? modes.getRawData().size() != branches : modes.getInt32DataCount() != branches) {
      return "nodes_modes without %d values".formatted(branches);
    }
    int next = 0;
    double[] members = members();
    for (int i = 0; i < branches; i++) {
      int mode = raw ? modes.getRawData().byteAt(i) & 0xff : modes.getInt32Data(i);
      if (mode < 0 || mode > MEMBER) {
        return "the mode %d, expected 0 to %d".formatted(mode, MEMBER);
      }
      if (mode == MEMBER) {
        int start = next;
        while (next < members.length && !Double.isNaN(members[next])) {
          next++;
        }
        if (next == start) {
          return "no member for branch %d, expected one at least".formatted(i);
        }
        next++;
      }
    }
    return null;
  }

  private double[] members() {
    TensorProto tensor = tensor("membership_values");
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    boolean wide = tensor.getDataType() == DataType.DOUBLE.getNumber();
    int typed = wide ? tensor.getDoubleDataCount() : tensor.getFloatDataCount();
    double[] members =
        new double
            [raw.hasRemaining() ? raw.remaining() / (wide ? Double.BYTES : Float.BYTES) : typed];
    for (int i = 0; i < members.length; i++) {
      if (raw.hasRemaining()) {
        members[i] = wide ? raw.getDouble() : raw.getFloat();
      } else {
        members[i] = wide ? tensor.getDoubleData(i) : tensor.getFloatData(i);
      }
    }
    return members;
  }

  private @Nullable String trees() {
    boolean[] seen = new boolean[branches];
    int[] depths = new int[branches];
    int deepest = 0;
    Deque<Integer> open = new ArrayDeque<>();
    for (long root : longs("tree_roots")) {
      if (root < 0 || root >= branches || seen[(int) root]) {
        return "the root %d, expected each of %d branches once".formatted(root, branches);
      }
      open.add((int) root);
      seen[(int) root] = true;
      while (!open.isEmpty()) {
        int branch = open.remove();
        deepest = Math.max(deepest, depths[branch] + 1);
        if (isLeaf(branch)) {
          if (branch >= leaves) { // ONNX Runtime reads the leaf of that number
            return "the leaf %d, expected less than %d".formatted(branch, leaves);
          }
          continue;
        }
        for (String side : new String[] {"true", "false"}) {
          long child = longs("nodes_" + side + "nodeids").get(branch);
          boolean leaf = longs("nodes_" + side + "leafs").get(branch) != 0;
          if (child < 0 || child >= (leaf ? leaves : branches)) {
            return "%s %d, expected less than %d"
                .formatted(leaf ? "the leaf" : "the branch", child, leaf ? leaves : branches);
          }
          if (!leaf) {
            if (seen[(int) child]) {
              return "the branch %d twice, expected once".formatted(child);
            }
            seen[(int) child] = true;
            depths[(int) child] = depths[branch] + 1;
            open.add((int) child);
          }
        }
      }
    }
    return TreeTableLimits.tooDeep(deepest);
  }

  /** Whether ONNX Runtime takes a root for a leaf. */
  private boolean isLeaf(int branch) {
    return longs("nodes_truenodeids").get(branch).equals(longs("nodes_falsenodeids").get(branch))
        && longs("nodes_trueleafs").get(branch) != 0
        && longs("nodes_falseleafs").get(branch) != 0;
  }

  private List<Long> longs(String name) {
    return attribute(name).getIntsList();
  }

  private TensorProto tensor(String name) {
    return attribute(name).getT();
  }

  private AttributeProto attribute(String name) {
    return all.getOrDefault(name, AttributeProto.getDefaultInstance());
  }

  /** The number of values; -1 for a tensor that is no list. */
  private int size(String name) {
    AttributeProto attribute = attribute(name);
    if (!attribute.hasT()) {
      return attribute.getIntsCount();
    }
    TensorProto tensor = attribute.getT();
    boolean isList = tensor.getDimsCount() == 1 && tensor.getDims(0) >= 0;
    return isList && tensor.getDims(0) <= Integer.MAX_VALUE ? (int) tensor.getDims(0) : -1;
  }
}
