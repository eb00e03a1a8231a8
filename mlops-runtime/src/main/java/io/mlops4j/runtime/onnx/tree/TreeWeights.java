package io.mlops4j.runtime.onnx.tree;

import java.util.Arrays;

/**
 * What leaves add to the targets, in flat arrays. Immutable.
 *
 * @param first the first weight of each node; those of a node end where those of the next begin
 * @param target the target of each weight
 * @param weight the weights, for each leaf in the order of the definition
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TreeWeights(int[] first, int[] target, float[] weight) {
  static TreeWeights of(TreeDefinition trees, NodeIndex index, TreeNodes nodes) {
    int size = trees.weights().length;
    if (trees.weightIds().length != size
        || trees.weightTrees().length != size
        || trees.weightTargets().length != size) {
      throw new UnfitTreesException("lists of weights have unequal lengths");
    }
    int[] leaf = new int[size];
    int[] counts = new int[trees.trees().length];
    for (int i = 0; i < size; i++) {
      leaf[i] = index.find(trees.weightTrees()[i], trees.weightIds()[i]);
      counts[leaf[i]]++;
    }
    int[] first = new int[nodes.size() + 1];
    int[] next = new int[counts.length];
    Arrays.fill(next, -1);
    for (int at = 0; at < nodes.size(); at++) {
      int node = nodes.origins()[at];
      int own = nodes.isLeaf(at) ? counts[node] : 0;
      if (nodes.isLeaf(at) && own == 0) {
        throw new UnfitTreesException("a leaf has no weight");
      }
      if (nodes.isLeaf(at)) { // ONNX Runtime ignores weights of branches
        next[node] = first[at];
      }
      first[at + 1] = first[at] + own;
    }
    int[] target = new int[first[nodes.size()]];
    float[] weight = new float[target.length];
    for (int i = 0; i < size; i++) {
      if (next[leaf[i]] >= 0) {
        long to = trees.weightTargets()[i];
        if (to < 0 || to >= trees.targets()) {
          throw new UnfitTreesException("a weight has the target " + to);
        }
        int at = next[leaf[i]]++;
        target[at] = (int) to;
        weight[at] = trees.weights()[i];
      }
    }
    return new TreeWeights(first, target, weight);
  }

  /** Returns the first weight of each node, which is the only one if there is one target. */
  float[] single() {
    float[] single = new float[first.length - 1];
    for (int at = 0; at < single.length; at++) {
      single[at] = first[at] < first[at + 1] ? weight[first[at]] : 0;
    }
    return single;
  }
}
