package io.mlops4j.runtime.onnx.tree;

/**
 * Walks rows through trees. Stateless.
 *
 * <p>A processor cannot predict the branches of a tree, and a mispredicted one costs as much as
 * some twenty instructions. Therefore a comparison is an index here. One walk is a chain of loads
 * that wait for each other, so several walks go side by side: eight rows through one tree, or one
 * row through four trees.
 */
final class TreeWalk {
  /**
   * After so many steps, walks that all stand at leaves end: few leaves of a deep tree are deep.
   */
  private static final int STEPS = 6;

  private TreeWalk() {}

  private static int next(long node, int root, int[] x, int row) {
    long above = (long) TreeNodes.threshold(node) - x[row + TreeNodes.slot(node)];
    return root + TreeNodes.left(node) + (int) (above >>> (Long.SIZE - 1));
  }

  /**
   * Walks rows from nodes of one tree to leaves.
   *
   * @param steps the most steps that lie between
   * @param x the {@link TreeNodes#order} of the slots of the rows, row by row
   * @param rows the number of rows
   * @param at the node of each row, replaced by its leaf
   */
  static void rows(TreeNodes nodes, int tree, int steps, int[] x, int rows, int[] at) {
    final long[] all = nodes.nodes();
    final boolean[] leaf = nodes.leaves();
    final int root = nodes.roots()[tree];
    final int width = nodes.slots();
    int row = 0;
    for (; row + 8 <= rows; row += 8) {
      final int x0 = row * width;
      final int x1 = x0 + width;
      final int x2 = x1 + width;
      final int x3 = x2 + width;
      final int x4 = x3 + width;
      final int x5 = x4 + width;
      final int x6 = x5 + width;
      final int x7 = x6 + width;
      int i0 = at[row];
      int i1 = at[row + 1];
      int i2 = at[row + 2];
      int i3 = at[row + 3];
      int i4 = at[row + 4];
      int i5 = at[row + 5];
      int i6 = at[row + 6];
      int i7 = at[row + 7];
      for (int step = 0; step < steps; ) {
        for (int end = Math.min(steps, step + STEPS); step < end; step++) {
          i0 = next(all[i0], root, x, x0);
          i1 = next(all[i1], root, x, x1);
          i2 = next(all[i2], root, x, x2);
          i3 = next(all[i3], root, x, x3);
          i4 = next(all[i4], root, x, x4);
          i5 = next(all[i5], root, x, x5);
          i6 = next(all[i6], root, x, x6);
          i7 = next(all[i7], root, x, x7);
        }
        if (step < steps
            && leaf[i0]
            && leaf[i1]
            && leaf[i2]
            && leaf[i3]
            && leaf[i4]
            && leaf[i5]
            && leaf[i6]
            && leaf[i7]) {
          break;
        }
      }
      at[row] = i0;
      at[row + 1] = i1;
      at[row + 2] = i2;
      at[row + 3] = i3;
      at[row + 4] = i4;
      at[row + 5] = i5;
      at[row + 6] = i6;
      at[row + 7] = i7;
    }
    for (; row < rows; row++) {
      final int of = row * width;
      int i = at[row];
      for (int step = 0; step < steps; step++) {
        i = next(all[i], root, x, of);
      }
      at[row] = i;
    }
  }

  /**
   * Finds the leaves of one row in all trees.
   *
   * @param x the {@link TreeNodes#order} of the slots of rows
   * @param of the first slot of the row
   * @param leaves receives the leaf of each tree
   */
  static void trees(TreeNodes nodes, int[] x, int of, int[] leaves) {
    final long[] all = nodes.nodes();
    final boolean[] leaf = nodes.leaves();
    final int[] roots = nodes.roots();
    final int[] depths = nodes.depths();
    int tree = 0;
    for (; tree + 4 <= roots.length; tree += 4) {
      int depth =
          Math.max(
              Math.max(depths[tree], depths[tree + 1]),
              Math.max(depths[tree + 2], depths[tree + 3]));
      final int r0 = roots[tree];
      final int r1 = roots[tree + 1];
      final int r2 = roots[tree + 2];
      final int r3 = roots[tree + 3];
      int i0 = r0;
      int i1 = r1;
      int i2 = r2;
      int i3 = r3;
      for (int step = 0; step < depth; ) {
        for (int end = Math.min(depth, step + STEPS); step < end; step++) {
          i0 = next(all[i0], r0, x, of);
          i1 = next(all[i1], r1, x, of);
          i2 = next(all[i2], r2, x, of);
          i3 = next(all[i3], r3, x, of);
        }
        if (step < depth && leaf[i0] && leaf[i1] && leaf[i2] && leaf[i3]) {
          break;
        }
      }
      leaves[tree] = i0;
      leaves[tree + 1] = i1;
      leaves[tree + 2] = i2;
      leaves[tree + 3] = i3;
    }
    for (; tree < roots.length; tree++) {
      int i = roots[tree];
      for (int step = 0; step < depths[tree]; step++) {
        i = next(all[i], roots[tree], x, of);
      }
      leaves[tree] = i;
    }
  }
}
