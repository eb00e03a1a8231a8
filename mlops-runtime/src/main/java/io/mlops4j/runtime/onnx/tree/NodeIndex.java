package io.mlops4j.runtime.onnx.tree;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds nodes by tree and id. Exporters write the nodes of a tree one after the other, with ids
 * from 0; other files are refused.
 */
final class NodeIndex {
  private final Map<Long, Integer> starts = new HashMap<>();
  private final Map<Long, Integer> sizes = new HashMap<>();
  private final int[] nodes;

  NodeIndex(TreeDefinition trees) {
    long[] tree = trees.trees();
    if (trees.ids().length != tree.length) {
      throw new UnfitTreesException("lists of nodes have unequal lengths");
    }
    nodes = new int[tree.length];
    Arrays.fill(nodes, -1);
    for (int start = 0; start < tree.length; ) {
      int end = start;
      while (end < tree.length && tree[end] == tree[start]) {
        end++;
      }
      if ((int) tree[start] == -1) { // ONNX Runtime takes each of its nodes for a root
        throw new UnfitTreesException("a tree has the number " + tree[start]);
      }
      if (starts.put(tree[start], start) != null) {
        throw new UnfitTreesException("the nodes of a tree stand apart");
      }
      sizes.put(tree[start], end - start);
      for (int node = start; node < end; node++) {
        long id = trees.ids()[node];
        if (id < 0 || id >= end - start || nodes[start + (int) id] >= 0) {
          throw new UnfitTreesException(
              "the ids of a tree's nodes are not 0, 1, 2 and so on: " + id);
        }
        nodes[start + (int) id] = node;
      }
      start = end;
    }
  }

  /** Returns the number of a node in the definition. */
  int find(long tree, long id) {
    Integer start = starts.get(tree);
    if (start == null || id < 0 || id >= sizes.getOrDefault(tree, 0)) {
      throw new UnfitTreesException("tree %d has no node %d".formatted(tree, id));
    }
    return nodes[start + (int) id];
  }
}
