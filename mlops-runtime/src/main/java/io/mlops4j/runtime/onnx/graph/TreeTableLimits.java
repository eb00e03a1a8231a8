package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The structure of a {@code TreeEnsembleRegressor} or {@code TreeEnsembleClassifier} (ai.onnx.ml 1
 * to 4). ONNX Runtime lays out a tree by calls that are as deep as the tree, so a deep one
 * overflows the stack of the thread, which ends the process. It accepts a cycle, which a run
 * follows without an end. It checks itself that children exist and that arrays have the same
 * length.
 */
final class TreeTableLimits {
  static final Set<String> OPERATORS =
      Set.of("ai.onnx.ml.TreeEnsembleClassifier", "ai.onnx.ml.TreeEnsembleRegressor");

  private static final String TREES = "nodes_treeids";
  private static final String IDS = "nodes_nodeids";
  private static final String MODES = "nodes_modes";
  private static final String TRUE = "nodes_truenodeids";
  private static final String FALSE = "nodes_falsenodeids";

  static final Set<String> ATTRIBUTES = Set.of(TREES, IDS, MODES, TRUE, FALSE);

  /**
   * The most nodes on the way to a leaf. Measured with ONNX Runtime 1.29: a level takes some 600
   * bytes of the stack. The stack on which sessions are opened survives 25 000 levels.
   */
  static final int MOST_DEPTH = 5000;

  private final Map<String, AttributeProto> all = new HashMap<>();
  private final int size;

  /** The tree and the id of each node, as ONNX Runtime reads them, ascending. */
  private final long[] keys;

  /** The node of each key. */
  private final int[] nodes;

  private TreeTableLimits(NodeProto.Builder node) {
    node.getAttributeList().forEach(attribute -> all.putIfAbsent(attribute.getName(), attribute));
    size = attribute(TREES).getIntsCount();
    keys = new long[size];
    nodes = IntStream.range(0, size).toArray();
  }

  /** Describes what ONNX Runtime would not survive. */
  static Optional<String> violation(NodeProto.Builder node) {
    return Optional.ofNullable(new TreeTableLimits(node).violation());
  }

  private @Nullable String violation() {
    if (attribute(MODES).getStringsCount() != size
        || attribute(IDS).getIntsCount() != size
        || attribute(TRUE).getIntsCount() != size
        || attribute(FALSE).getIntsCount() != size) {
      return null; // ONNX Runtime refuses it
    }
    index();
    int[] whenTrue = children(TRUE);
    int[] whenFalse = children(FALSE);
    int[] parents = new int[size];
    for (int node = 0; node < size; node++) {
      count(whenTrue[node], parents);
      count(whenFalse[node], parents);
    }
    return walked(whenTrue, whenFalse, parents);
  }

  private static void count(int child, int[] parents) {
    if (child >= 0) {
      parents[child]++;
    }
  }

  /** Takes each node after all its parents, which is impossible in a cycle. */
  private @Nullable String walked(int[] whenTrue, int[] whenFalse, int[] parents) {
    int[] open = new int[size];
    int end = 0;
    for (int node = 0; node < size; node++) {
      if (parents[node] == 0) {
        open[end++] = node;
      }
    }
    int[] depths = new int[size];
    int deepest = 0;
    for (int i = 0; i < end; i++) {
      int node = open[i];
      deepest = Math.max(deepest, depths[node]);
      for (int child : new int[] {whenTrue[node], whenFalse[node]}) {
        if (child >= 0) {
          depths[child] = Math.max(depths[child], depths[node] + 1);
          if (--parents[child] == 0) {
            open[end++] = child;
          }
        }
      }
    }
    return end < size ? "a cycle of nodes, expected none" : tooDeep(deepest);
  }

  static @Nullable String tooDeep(int depth) {
    return depth > MOST_DEPTH
        ? "a tree of depth %d, expected at most %d".formatted(depth, MOST_DEPTH)
        : null;
  }

  /** Sorts the nodes by key; exporters write them in this order. */
  private void index() {
    boolean sorted = true;
    for (int i = 0; i < size; i++) {
      keys[i] = key(attribute(TREES).getInts(i), attribute(IDS).getInts(i));
      sorted &= i == 0 || keys[i - 1] < keys[i];
    }
    if (!sorted) {
      long[] unsorted = keys.clone();
      int[] order =
          IntStream.range(0, size)
              .boxed()
              .sorted(Comparator.comparingLong(node -> unsorted[node]))
              .mapToInt(Integer::intValue)
              .toArray();
      System.arraycopy(order, 0, nodes, 0, size);
      Arrays.sort(keys);
    }
  }

  private static long key(long tree, long id) {
    return ((long) (int) tree << Integer.SIZE) | ((int) id & 0xffff_ffffL);
  }

  /** Returns the child of each branch, -1 if there is none. */
  private int[] children(String name) {
    int[] children = new int[size];
    for (int node = 0; node < size; node++) {
      boolean leaf = attribute(MODES).getStrings(node).toStringUtf8().equals("LEAF");
      long key = key(attribute(TREES).getInts(node), attribute(name).getInts(node));
      int at = leaf ? -1 : Arrays.binarySearch(keys, key);
      children[node] = at < 0 ? -1 : nodes[at];
    }
    return children;
  }

  private AttributeProto attribute(String name) {
    return all.getOrDefault(name, AttributeProto.getDefaultInstance());
  }
}
