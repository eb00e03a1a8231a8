package io.mlops4j.runtime.onnx.tree;

/**
 * Finds the exits of rows from the upper part of a tree. Stateless.
 *
 * <p>Each loop reads whole arrays at the same place, because only such loops are compiled to
 * instructions for several rows.
 */
final class TreeExits {
  private static final int SIGN = Integer.SIZE - 1;

  private TreeExits() {}

  /**
   * Finds the exits that are ruled out.
   *
   * @param removed receives a bit for each exit, by row; the exit is the first without one
   */
  static void rule(TreeTops tops, int tree, TreeRows block, int rows, int[] removed) {
    int[] columns = tops.columns();
    int[] thresholds = tops.thresholds();
    int[] masks = tops.masks();
    int begin = tops.first()[tree];
    for (int i = begin; i < tops.first()[tree + 1]; i += TreeTops.STEP) {
      int[] a = block.column(columns[i]);
      int[] b = block.column(columns[i + 1]);
      int[] c = block.column(columns[i + 2]);
      int[] d = block.column(columns[i + 3]);
      int ta = thresholds[i];
      int tb = thresholds[i + 1];
      int tc = thresholds[i + 2];
      int td = thresholds[i + 3];
      int ma = masks[i];
      int mb = masks[i + 1];
      int mc = masks[i + 2];
      int md = masks[i + 3];
      if (i == begin) {
        first(removed, rows, a, b, c, d, ta, tb, tc, td, ma, mb, mc, md);
      } else {
        next(removed, rows, a, b, c, d, ta, tb, tc, td, ma, mb, mc, md);
      }
    }
  }

  private static void first(
      int[] removed,
      int rows,
      int[] a,
      int[] b,
      int[] c,
      int[] d,
      int ta,
      int tb,
      int tc,
      int td,
      int ma,
      int mb,
      int mc,
      int md) {
    for (int i = 0; i < rows; i++) {
      removed[i] =
          (((ta - a[i]) >> SIGN) & ma)
              | (((tb - b[i]) >> SIGN) & mb)
              | (((tc - c[i]) >> SIGN) & mc)
              | (((td - d[i]) >> SIGN) & md);
    }
  }

  private static void next(
      int[] removed,
      int rows,
      int[] a,
      int[] b,
      int[] c,
      int[] d,
      int ta,
      int tb,
      int tc,
      int td,
      int ma,
      int mb,
      int mc,
      int md) {
    for (int i = 0; i < rows; i++) {
      removed[i] |=
          (((ta - a[i]) >> SIGN) & ma)
              | (((tb - b[i]) >> SIGN) & mb)
              | (((tc - c[i]) >> SIGN) & mc)
              | (((td - d[i]) >> SIGN) & md);
    }
  }
}
