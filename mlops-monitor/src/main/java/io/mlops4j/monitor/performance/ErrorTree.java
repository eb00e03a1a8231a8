package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A regression tree (Breiman et al. 1984) that grows best first: the leaf whose best split removes
 * most of the squared distance from the mean is split next, as in scikit-learn's {@code
 * DecisionTreeRegressor(max_leaf_nodes=..., min_samples_leaf=...)}. A missing value counts as below
 * all numbers.
 */
final class ErrorTree {
  private final int mostLeaves;
  private final int fewestRows;
  private final Node root;
  private int leaves;

  private static final class Node {
    final @Nullable Node parent;
    // of a leaf, its number; of a split node, -1
    int leaf;
    int column;
    double threshold;
    @Nullable Node below;
    @Nullable Node above;

    Node(@Nullable Node parent, int leaf) {
      this.parent = parent;
      this.leaf = leaf;
    }
  }

  /** The best split of a leaf: its rows in the order of the column, and how many are below. */
  private static final class Split {
    final Node node;
    final double gain;
    final int column;
    final double threshold;
    final int[] rows;
    final int cut;

    Split(Node node, double gain, int column, double threshold, int[] rows, int cut) {
      this.node = node;
      this.gain = gain;
      this.column = column;
      this.threshold = threshold;
      this.rows = rows;
      this.cut = cut;
    }
  }

  /** A column as ranks of its distinct values, so that sorting compares whole numbers. */
  private static final class Ranked {
    final double[] distinct;
    final int[] ranks;

    Ranked(double[][] rows, int column) {
      double[] values = Arrays.stream(rows).mapToDouble(row -> comparable(row[column])).toArray();
      distinct = Arrays.stream(values).sorted().distinct().toArray();
      ranks =
          Arrays.stream(values)
              .mapToInt(value -> PlacementMean.places(distinct, value, false))
              .toArray();
    }

    /** The middle, or the smaller value if the middle is not between the two. */
    double between(int rank, int next) {
      double middle = distinct[rank] / 2 + distinct[next] / 2;
      return middle > distinct[rank] && middle < distinct[next] ? middle : distinct[rank];
    }
  }

  private static double comparable(double value) {
    return Double.isNaN(value) ? Double.NEGATIVE_INFINITY : value + 0.0;
  }

  /**
   * Grows a tree.
   *
   * @param rows at least one, of equal length
   * @param target a finite number for each row
   */
  ErrorTree(double[][] rows, double[] target, int mostLeaves, int fewestRows) {
    this.mostLeaves = mostLeaves;
    this.fewestRows = fewestRows;
    this.root = new Node(null, 0);
    this.leaves = 1;
    Ranked[] columns = new Ranked[rows[0].length];
    Arrays.setAll(columns, column -> new Ranked(rows, column));
    grow(columns, target);
  }

  private void grow(Ranked[] columns, double[] target) {
    PriorityQueue<Split> next =
        new PriorityQueue<>(Comparator.comparingDouble((Split split) -> -split.gain));
    int[] all = new int[target.length];
    Arrays.setAll(all, row -> row);
    add(next, best(root, all, columns, target));
    while (leaves < mostLeaves && !next.isEmpty()) {
      Split split = next.remove();
      Node node = split.node;
      node.below = new Node(node, node.leaf);
      node.above = new Node(node, leaves++);
      node.leaf = -1;
      node.column = split.column;
      node.threshold = split.threshold;
      int[] rows = split.rows;
      add(next, best(node.below, Arrays.copyOf(rows, split.cut), columns, target));
      add(
          next,
          best(node.above, Arrays.copyOfRange(rows, split.cut, rows.length), columns, target));
    }
  }

  private static void add(PriorityQueue<Split> next, @Nullable Split split) {
    if (split != null) {
      next.add(split);
    }
  }

  private @Nullable Split best(Node node, int[] rows, Ranked[] columns, double[] target) {
    double total = Arrays.stream(rows).mapToDouble(row -> target[row]).sum();
    double whole = total / rows.length * total;
    Split best = null;
    for (int column = 0; column < columns.length; column++) {
      int[] ranks = columns[column].ranks;
      long[] ordered =
          Arrays.stream(rows).mapToLong(row -> (long) ranks[row] << 32 | row).sorted().toArray();
      double below = 0;
      for (int cut = 1; cut <= rows.length - fewestRows; cut++) {
        below += target[(int) ordered[cut - 1]];
        int rank = (int) (ordered[cut - 1] >> 32);
        if (cut < fewestRows || rank == ordered[cut] >> 32) {
          continue;
        }
        double above = total - below;
        double gain = below / cut * below + above / (rows.length - cut) * above - whole;
        if (gain > (best == null ? 0 : best.gain)) {
          double threshold = columns[column].between(rank, (int) (ordered[cut] >> 32));
          int[] inOrder = Arrays.stream(ordered).mapToInt(key -> (int) key).toArray();
          best = new Split(node, gain, column, threshold, inOrder, cut);
        }
      }
    }
    return best;
  }

  int leaves() {
    return leaves;
  }

  /** The number of the leaf that a row falls into, from 0. */
  int leaf(double[] row) {
    return node(row).leaf;
  }

  private Node node(double[] row) {
    Node node = root;
    while (node.below != null && node.above != null) {
      node = comparable(row[node.column]) <= node.threshold ? node.below : node.above;
    }
    return node;
  }

  /**
   * For each leaf the leaves that stand for it: itself if it has enough of these rows, otherwise
   * all leaves below the nearest ancestor that has.
   */
  int[][] withEnough(long[] rowsOfLeaves, int fewest) {
    int[][] found = new int[leaves][];
    fill(root, rowsOfLeaves, fewest, found);
    return found;
  }

  private int[] fill(Node node, long[] rowsOfLeaves, int fewest, int[][] found) {
    int[] inside = {node.leaf};
    if (node.below != null && node.above != null) {
      int[] below = fill(node.below, rowsOfLeaves, fewest, found);
      int[] above = fill(node.above, rowsOfLeaves, fewest, found);
      inside = Arrays.copyOf(below, below.length + above.length);
      System.arraycopy(above, 0, inside, below.length, above.length);
    }
    long rows = Arrays.stream(inside).mapToLong(leaf -> rowsOfLeaves[leaf]).sum();
    for (int leaf : inside) {
      if (found[leaf] == null && (rows >= fewest || node.parent == null)) {
        found[leaf] = inside;
      }
    }
    return inside;
  }
}
