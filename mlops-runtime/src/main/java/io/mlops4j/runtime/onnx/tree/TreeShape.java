package io.mlops4j.runtime.onnx.tree;

/**
 * The shape of an ensemble, which decides whether Java is faster than ONNX Runtime.
 *
 * <p>A walk of a single row takes as many steps as the deepest leaf of the trees that are walked
 * side by side, while ONNX Runtime takes the steps of each row. In a balanced tree these are the
 * same. In a tree that was grown leaf by leaf, a few leaves are much deeper than the others. In a
 * batch, all nodes of the upper part are compared, and walks start below it. Measured with one
 * thread, with 1 to 1024 distinct rows of 32 features, as a share of ONNX Runtime's time:
 *
 * <ul>
 *   <li>100 trees of depth 4: 0.08 to 0.29; 50 of depth 8: 0.22 to 0.33; 20 of depth 2: 0.10 to
 *       0.37; 3 and 10 of depth 4: 0.08 to 0.71;
 *   <li>grown leaf by leaf, 200 trees of 31 leaves: 0.05 to 0.42; 200 of 63: 0.18 to 0.43; 50 of
 *       255: 0.26 to 0.45; 20 of 2000 leaves: 0.28 to 0.45. Their depth was at most twice the
 *       logarithm.
 * </ul>
 *
 * @param depth the sum over all trees of the steps to the deepest leaf
 * @param least the sum over all trees of the binary logarithm of the number of leaves, the least
 *     depth that they can have
 */
record TreeShape(double depth, double least) {
  private static final double MOST_DEPTH = 3;
  private static final double LEAST_STEPS = 10;

  static TreeShape of(TreeNodes nodes) {
    double depth = 0;
    double least = 0;
    int[] roots = nodes.roots();
    for (int tree = 0; tree < roots.length; tree++) {
      int end = tree + 1 < roots.length ? roots[tree + 1] : nodes.size();
      int leaves = (end - roots[tree] + 1) / 2; // each branch has two children
      depth += nodes.depths()[tree];
      least += Math.log(leaves) / Math.log(2);
    }
    return new TreeShape(depth, least);
  }

  /**
   * Requires that Java was measured to be faster than ONNX Runtime for ensembles of this shape.
   *
   * @throws UnfitTreesException if it was not
   */
  void requireFaster() {
    if (depth < LEAST_STEPS) {
      throw new UnfitTreesException(
          "all trees together have %.0f levels, and Java was measured to be faster from %.0f on"
              .formatted(depth, LEAST_STEPS));
    }
    if (depth > MOST_DEPTH * least) {
      throw new UnfitTreesException(
          "they are %.1f times as deep as balanced trees, and Java was measured to be faster up to %.0f times"
              .formatted(depth / least, MOST_DEPTH));
    }
  }
}
