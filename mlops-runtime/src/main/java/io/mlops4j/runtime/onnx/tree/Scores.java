package io.mlops4j.runtime.onnx.tree;

import java.util.Arrays;

/**
 * Collects the weights of the leaves that a block of rows reaches. ONNX Runtime adds the weights of
 * a row in the order of the trees, from 0, in single precision, and then the base value; so do
 * these.
 */
final class Scores {
  private final Aggregate aggregate;
  private final TreeWeights weights;
  private final float[] single;
  private final float[] exits;
  private final int targets;

  /** The scores, row by row. */
  final float[] values;

  /** Whether some leaf had a weight for a score. */
  final boolean[] found;

  /**
   * Makes room for rows.
   *
   * @param single the first weight of each node
   * @param exits the first weight of each exit, see {@link TreeTops}
   */
  Scores(
      Aggregate aggregate,
      TreeWeights weights,
      float[] single,
      float[] exits,
      int targets,
      int rows) {
    this.aggregate = aggregate;
    this.weights = weights;
    this.single = single;
    this.exits = exits;
    this.targets = targets;
    values = new float[Math.multiplyExact(rows, targets)];
    found = new boolean[values.length];
  }

  void clear(int rows) {
    Arrays.fill(values, 0, rows * targets, 0);
    Arrays.fill(found, 0, rows * targets, false);
  }

  /** Whether there is only one sum, so that each leaf has one weight. */
  boolean isSum() {
    return targets == 1 && !aggregate.picks();
  }

  /** Adds one tree's leaves of several rows. */
  void addRows(int[] leaves, int rows) {
    if (!isSum()) {
      for (int row = 0; row < rows; row++) {
        add(leaves[row], row);
      }
      return;
    }
    for (int row = 0; row < rows; row++) {
      values[row] += single[leaves[row]];
    }
  }

  /**
   * Adds one tree's leaves of several rows to the only sum.
   *
   * @param removed the exits that each row does not take
   * @param first the first exit
   */
  void addExits(int[] removed, int first, int rows) {
    for (int row = 0; row < rows; row++) {
      values[row] += exits[first + Integer.numberOfTrailingZeros(~removed[row])];
    }
  }

  /** Adds the leaves of several trees of a row. */
  void addTrees(int[] leaves, int trees, int row) {
    if (!isSum()) {
      for (int tree = 0; tree < trees; tree++) {
        add(leaves[tree], row);
      }
      return;
    }
    float sum = 0;
    for (int tree = 0; tree < trees; tree++) {
      sum += single[leaves[tree]];
    }
    values[row] = sum;
  }

  private void add(int leaf, int row) {
    int from = weights.first()[leaf];
    int to = targets == 1 ? from + 1 : weights.first()[leaf + 1];
    for (int i = from; i < to; i++) {
      int at = row * targets + (targets == 1 ? 0 : weights.target()[i]);
      values[at] = combined(values[at], weights.weight()[i], found[at]);
      found[at] = true;
    }
  }

  private float combined(float before, float weight, boolean found) {
    return switch (aggregate) {
      case SUM, AVERAGE -> before + weight;
      case MIN -> !found || weight < before ? weight : before;
      case MAX -> !found || weight > before ? weight : before;
    };
  }

  /** Makes 0 of scores without a weight, to which ONNX Runtime adds no base value. */
  void dropMissing(int from, int count) {
    for (int at = from; at < from + count; at++) {
      if (!found[at]) {
        values[at] = 0;
      }
    }
  }
}
