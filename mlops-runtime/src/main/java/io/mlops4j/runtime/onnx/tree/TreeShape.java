package io.mlops4j.runtime.onnx.tree;

/**
 * The shape of an ensemble, which decides whether Java is faster than ONNX Runtime.
 *
 * <p>Rows that walk side by side take as many steps as the deepest of their leaves, while ONNX
 * Runtime takes the steps of each row. In a balanced tree these are the same. In a tree that was
 * grown leaf by leaf, a few leaves are much deeper than the others. Measured with one thread:
 *
 * <ul>
 *   <li>200 leaf-wise trees of 31 leaves: depth is 2.3 times the logarithm, and Java takes 0.5 of
 *       ONNX Runtime's time for one row, but 0.8 to 1.3 for large batches;
 *   <li>100 trees of depth 4, 50 trees of depth 8, and 20 trees of depth 2: depth is 1.0 to 1.25
 *       times the logarithm, and Java takes 0.1 to 0.6 for all batch sizes;
 *   <li>10 trees of depth 4: Java takes 0.6 to 1.0; 1 to 3 trees: more than ONNX Runtime for
 *       batches, because the features of a row are prepared for very few steps.
 * </ul>
 *
 * @param depth the sum over all trees of the steps to the deepest leaf
 * @param least the sum over all trees of the binary logarithm of the number of leaves, the least
 *     depth that they can have
 */
record TreeShape(double depth, double least) {
  private static final double MOST_DEPTH = 1.5;
  private static final double LEAST_STEPS = 40;

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

  /** Whether Java was measured to be faster than ONNX Runtime for ensembles of this shape. */
  boolean isFaster() {
    return depth >= LEAST_STEPS && depth <= MOST_DEPTH * least;
  }
}
