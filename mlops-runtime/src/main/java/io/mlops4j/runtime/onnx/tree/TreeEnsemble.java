package io.mlops4j.runtime.onnx.tree;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.mlops4j.runtime.memory.Native;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * An ensemble of decision trees. Immutable and thread safe; each thread needs an {@link Evaluator}.
 *
 * <p>Its answers are those of ONNX Runtime for one row on one thread, bit for bit. With several
 * rows and threads, ONNX Runtime adds the trees' weights in another order, so a row's answer
 * depends on the other rows. Here it does not.
 */
public final class TreeEnsemble {
  private final TreeNodes nodes;
  private final TreeTops tops;
  private final TreeWeights weights;
  private final float[] single;
  private final float[] exits;
  private final Aggregate aggregate;
  private final Finish finish;
  private final int targets;
  private final long steps;
  private final boolean classifies;
  private final List<String> texts;

  private TreeEnsemble(TreeDefinition trees) {
    NodeIndex index = new NodeIndex(trees);
    nodes = TreeNodes.of(trees, index);
    tops = TreeTops.of(nodes);
    weights = TreeWeights.of(trees, index, nodes);
    single = weights.single();
    exits = new float[tops.exits().length];
    for (int exit = 0; exit < exits.length; exit++) {
      exits[exit] = single[tops.exits()[exit]];
    }
    classifies = trees.labels().length > 0;
    aggregate = classifies ? Aggregate.SUM : Aggregate.of(trees.aggregate());
    targets = trees.targets();
    steps = Arrays.stream(nodes.depths()).asLongStream().sum();
    texts = trees.texts();
    finish = Finish.of(trees, nodes.roots().length);
  }

  /**
   * Reads an operator.
   *
   * @param node an ensemble of trees of the domain ai.onnx.ml
   * @return the trees
   * @throws UnfitTreesException if they are not evaluated here, or have a shape that ONNX Runtime
   *     evaluates as fast
   */
  public static TreeEnsemble of(NodeProto node) {
    TreeEnsemble trees = read(node);
    TreeShape.of(trees.nodes).requireFaster();
    return trees;
  }

  /**
   * Reads an operator, of any shape.
   *
   * @throws UnfitTreesException if it is not evaluated here
   */
  static TreeEnsemble read(NodeProto node) {
    return new TreeEnsemble(TreeDefinition.of(node));
  }

  /**
   * Returns how many features a row must have.
   *
   * @return the least number, 0 or more
   */
  public int features() {
    return nodes.features();
  }

  /**
   * Returns how many steps a row takes through all trees.
   *
   * @return the most, 0 or more
   */
  public long steps() {
    return steps;
  }

  /**
   * Returns the number of scores of a row.
   *
   * @return targets or classes, at least 1
   */
  public int targets() {
    return targets;
  }

  /**
   * Returns whether a row has a label, too.
   *
   * @return true for a classifier
   */
  public boolean classifies() {
    return classifies;
  }

  /**
   * Returns the labels if they are texts. An {@link Evaluator} then writes their numbers from 0.
   *
   * @return an unmodifiable list, empty if labels are numbers
   */
  public List<String> texts() {
    return texts;
  }

  /**
   * Returns an evaluator for one thread at a time.
   *
   * @return a new one, which needs no closing
   */
  public Evaluator evaluator() {
    return new Evaluator();
  }

  /** Evaluates rows. Not thread safe. */
  public final class Evaluator {
    private final int block = TreeRows.block(tops);
    private final TreeRows input = new TreeRows(nodes, tops);
    private final int[] removed = new int[block];
    private final int[] leaves = new int[Math.max(block, nodes.roots().length)];
    private final Scores scores = new Scores(aggregate, weights, single, exits, targets, block);

    private Evaluator() {}

    /**
     * Evaluates rows.
     *
     * @param rows the number of rows
     * @param width the features of a row, at least {@link TreeEnsemble#features()}
     * @param from the address of the features, floats row by row
     * @param to the address for the scores, floats row by row; not used if 0
     * @param labels the address for the labels, longs; not used without labels, or if 0
     * @param cancelled whether to stop; asked for each block of rows
     * @return false if stopped before the last row
     */
    public boolean run(
        int rows, int width, long from, long to, long labels, BooleanSupplier cancelled) {
      for (int row = 0; row < rows; row += block) {
        if (cancelled.getAsBoolean()) {
          return false;
        }
        int some = Math.min(block, rows - row);
        input.read(some, width, from + 4L * row * width);
        scores.clear(some);
        if (some < TreeRows.FEW) {
          rows(some);
        } else {
          trees(some);
        }
        write(some, to == 0 ? 0 : to + 4L * row * targets, labels == 0 ? 0 : labels + 8L * row);
      }
      return true;
    }

    private void rows(int rows) {
      for (int row = 0; row < rows; row++) {
        TreeWalk.trees(nodes, input.x, row * nodes.slots(), leaves);
        scores.addTrees(leaves, nodes.roots().length, row);
      }
    }

    private void trees(int rows) {
      for (int tree = 0; tree < nodes.roots().length; tree++) {
        int first = tree * TreeTops.MOST_EXITS;
        TreeExits.rule(tops, tree, input, rows, removed);
        if (tops.rests()[tree] == 0 && scores.isSum()) {
          scores.addExits(removed, first, rows);
          continue;
        }
        for (int row = 0; row < rows; row++) {
          leaves[row] = tops.exits()[first + Integer.numberOfTrailingZeros(~removed[row])];
        }
        TreeWalk.rows(nodes, tree, tops.rests()[tree], input.x, rows, leaves);
        scores.addRows(leaves, rows);
      }
    }

    private void write(int rows, long to, long labels) {
      for (int row = 0; row < rows; row++) {
        long label = finish.row(scores, row);
        if (labels != 0) {
          Native.putLong(labels + 8L * row, label);
        }
      }
      for (int i = 0; to != 0 && i < rows * targets; i++) {
        Native.putFloat(to + 4L * i, scores.values[i]);
      }
    }
  }
}
