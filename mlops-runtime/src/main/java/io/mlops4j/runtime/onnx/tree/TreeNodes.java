package io.mlops4j.runtime.onnx.tree;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The nodes of all trees, breadth first. Immutable.
 *
 * <p>Each node compares one slot of a row with a threshold: if the slot is not larger, the next
 * node is the left one, otherwise the one after it. A leaf leads back to itself, so a walk needs no
 * branch: it takes as many steps as the tree is deep.
 *
 * <p>Slot 0 is always 0, and leaves compare it with infinity. Each other slot is a feature whose
 * NaN is replaced by an infinity, of the sign that leads to the branch for missing values. A
 * feature that some nodes read this way and others the other way has two slots. A feature that is
 * compared for equality has a slot for each set of values: 0 if the feature is one of them, else 1.
 *
 * <p>A node is one number, so that a step loads one word: the threshold's {@link #order}, then
 * {@value #LEFT_BITS} bits of the left node's place in its tree, then the slot.
 *
 * @param slots the number of slots
 * @param slotFeatures the feature of each slot from 1
 * @param slotMissing the {@link #order} of what replaces NaN in each slot from 1
 * @param sets the sets of values, whose slots take what they say
 * @param roots the first node of each tree
 * @param depths the steps from root to the deepest leaf, by tree
 * @param nodes the nodes
 * @param origins the node's number in the definition, by node
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TreeNodes(
    int slots,
    int[] slotFeatures,
    int[] slotMissing,
    TreeSets sets,
    int[] roots,
    int[] depths,
    long[] nodes,
    boolean[] leaves,
    int[] origins) {
  private static final int LEFT_BITS = 20;
  private static final int MOST_NODES = 1 << LEFT_BITS;
  private static final int MOST_SLOTS = 1 << (Integer.SIZE - LEFT_BITS);

  /** The most nodes of two branches that are compared, because calls are as deep. */
  private static final int MOST_COMPARED = 500;

  private static final int INFINITY = 0x7f80_0000; // the bits of a float

  static long node(float threshold, int left, int slot) {
    return ((long) slot << (Integer.SIZE + LEFT_BITS))
        | ((long) left << Integer.SIZE)
        | (order(threshold) & 0xffff_ffffL);
  }

  /**
   * Returns a number for a value that is not NaN: of two values, the smaller one has the smaller
   * number, and both zeros have the same. Such numbers are compared without a branch.
   */
  static int order(float value) {
    return order(Float.floatToRawIntBits(value + 0f), 0); // 0 for -0
  }

  /**
   * Returns the number of a slot's value. That of -0 is less than that of 0, but not less than that
   * of any smaller value, so it compares like 0 with every threshold.
   *
   * @param bits the bits of a float
   * @param missing what is returned for NaN
   */
  static int order(int bits, int missing) {
    int order = bits ^ ((bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE);
    int nan = (INFINITY - (bits & Integer.MAX_VALUE)) >> (Integer.SIZE - 1); // all bits, or none
    return (order & ~nan) | (missing & nan);
  }

  static int threshold(long node) {
    return (int) node;
  }

  static int left(long node) {
    return (int) (node >>> Integer.SIZE) & (MOST_NODES - 1);
  }

  static int slot(long node) {
    return (int) (node >>> (Integer.SIZE + LEFT_BITS));
  }

  /** The number of features of a row that some node reads, at least. */
  int features() {
    return 1 + Arrays.stream(slotFeatures).max().orElse(-1);
  }

  int size() {
    return nodes.length;
  }

  boolean isLeaf(int node) {
    return leaves[node];
  }

  static TreeNodes of(TreeDefinition trees, NodeIndex index) {
    return new Layout(trees, index).lay();
  }

  /**
   * A feature as nodes read it.
   *
   * @param nan the {@link #order} of what replaces NaN
   * @param members the values that are looked for; empty if the feature itself is compared
   */
  private record Slot(int feature, int nan, SortedSet<Integer> members) {}

  private static final class Layout {
    private final TreeDefinition trees;
    private final int size;
    private final NodeIndex index;
    private final Map<Slot, Integer> slotOf = new HashMap<>();
    private final boolean[] reached;
    private final long[] nodes;
    private final boolean[] leaves;
    private final int[] origins;
    private final float[] firstWeights;
    private int end;
    private int steps;

    Layout(TreeDefinition trees, NodeIndex index) {
      this.trees = trees;
      this.index = index;
      size = trees.trees().length;
      require(
          trees.ids().length == size
              && trees.features().length == size
              && trees.modes().size() == size
              && trees.values().length == size
              && trees.trueIds().length == size
              && trees.falseIds().length == size
              && (trees.missing().length == size || trees.missing().length == 0)
              && trees.weightTrees().length == trees.weights().length
              && trees.weightIds().length == trees.weights().length,
          "lists of nodes or weights have unequal lengths");
      reached = new boolean[size];
      nodes = new long[size];
      leaves = new boolean[size];
      origins = new int[size];
      firstWeights = new float[size];
      for (int i = trees.weights().length - 1; i >= 0; i--) {
        firstWeights[index.find(trees.weightTrees()[i], trees.weightIds()[i])] = trees.weights()[i];
      }
    }

    private static void require(boolean condition, String otherwise) {
      if (!condition) {
        throw new UnfitTreesException(otherwise);
      }
    }

    TreeNodes lay() {
      int[] roots = new int[size];
      int[] depths = new int[size];
      int count = 0;
      for (int i = 0; i < size; i++) {
        if (i == 0 || trees.trees()[i] != trees.trees()[i - 1]) {
          roots[count] = end;
          depths[count] = tree(i);
          count++;
        }
      }
      require(count > 0, "there is no tree");
      for (boolean one : reached) {
        require(one, "a node is reached by no tree");
      }
      require(
          slotOf.size() < MOST_SLOTS,
          "they read %d features, expected less than %d".formatted(slotOf.size(), MOST_SLOTS));
      int[] features = new int[slotOf.size()];
      int[] missing = new int[features.length];
      slotOf.forEach(
          (slot, at) -> {
            features[at - 1] = slot.feature;
            missing[at - 1] = slot.nan;
          });
      List<TreeSets.Set> sets = new ArrayList<>();
      slotOf.forEach(
          (slot, at) -> {
            if (!slot.members.isEmpty()) {
              sets.add(new TreeSets.Set(at, slot.feature, slot.members));
            }
          });
      return new TreeNodes(
          features.length + 1,
          features,
          missing,
          TreeSets.of(sets),
          Arrays.copyOf(roots, count),
          Arrays.copyOf(depths, count),
          Arrays.copyOf(nodes, end),
          Arrays.copyOf(leaves, end),
          Arrays.copyOf(origins, end));
    }

    /** A node may have only one parent. */
    private int reach(int node) {
      require(!reached[node], "a node has two parents");
      reached[node] = true;
      return node;
    }

    private int place(int node) {
      origins[end] = reach(node);
      return end++;
    }

    /** Lays out a tree and returns its depth. */
    private int tree(int root) {
      Queue<Integer> level = new ArrayDeque<>();
      int first = place(root);
      level.add(first);
      int depth = -1;
      while (!level.isEmpty()) {
        depth++;
        for (int rest = level.size(); rest > 0; rest--) {
          int at = level.remove();
          if (trees.modes().get(origins[at]).equals("LEAF")) {
            leaves[at] = true;
            nodes[at] = node(Float.POSITIVE_INFINITY, at - first, 0);
          } else {
            int left = end;
            nodes[at] = branch(at, left - first);
            level.add(left);
            level.add(left + 1);
          }
        }
      }
      require(
          end - first <= MOST_NODES,
          "a tree has %d nodes, expected at most %d".formatted(end - first, MOST_NODES));
      return depth;
    }

    /** Places both branches of a node, and returns it. */
    private long branch(int at, int left) {
      int node = origins[at];
      String mode = trees.modes().get(node);
      float value = trees.values()[node];
      require(!Float.isNaN(value), "a threshold is NaN");
      if (mode.equals("BRANCH_EQ") || mode.equals("BRANCH_NEQ")) {
        return member(node, left);
      }
      boolean less = mode.equals("BRANCH_LEQ") || mode.equals("BRANCH_LT");
      require(
          less || mode.equals("BRANCH_GTE") || mode.equals("BRANCH_GT"),
          "a node compares by " + mode);
      boolean below = mode.equals("BRANCH_LT") || mode.equals("BRANCH_GTE");
      require(!(below && value == Float.NEGATIVE_INFINITY), "a threshold is less than -infinity");
      float threshold = below ? Math.nextDown(value) : value;
      boolean right = tracks(node) != less; // where NaN goes
      require(
          !(right && threshold == Float.POSITIVE_INFINITY), "a threshold is greater than infinity");
      place(less ? whenTrue(node) : whenFalse(node));
      place(less ? whenFalse(node) : whenTrue(node));
      float nan = right ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
      return node(threshold, left, slot(node, order(nan), new TreeSet<>()));
    }

    /**
     * Places both branches of a comparison for equality. Exporters write a set of categories as a
     * chain of such nodes, each for one value, that all lead to the same node when it is equal.
     */
    private long member(int node, int left) {
      boolean equal = trees.modes().get(node).equals("BRANCH_EQ");
      SortedSet<Integer> members = new TreeSet<>();
      int last = node;
      for (int next = node; next >= 0; next = equal ? sameSet(last) : -1) {
        last = members.isEmpty() ? node : reach(next);
        require(!Float.isNaN(trees.values()[last]), "a threshold is NaN");
        int value = order(trees.values()[last]);
        members.add(value);
        if (value == 0) {
          members.add(order(Float.floatToRawIntBits(-0f), 0));
        }
      }
      if (equal && tracks(node)) {
        members.add(TreeSets.NAN);
      }
      place(equal ? whenTrue(last) : whenFalse(last));
      place(equal ? whenFalse(last) : whenTrue(last));
      return node(0, left, slot(node, 0, members));
    }

    /** Returns the next node of a chain, or -1. */
    private int sameSet(int node) {
      int next = whenFalse(node);
      if (!trees.modes().get(next).equals("BRANCH_EQ")
          || trees.features()[next] != trees.features()[node]) {
        return -1;
      }
      if (whenTrue(next) == whenTrue(node) && tracks(next) == tracks(node)) {
        return next;
      }
      steps = 0;
      require(!alike(whenTrue(next), whenTrue(node)), "branches of an == look alike");
      return -1;
    }

    /**
     * Whether ONNX Runtime takes two branches for the same one and makes one node of both
     * comparisons. It does not look at missing tracks, targets and further weights.
     */
    private boolean alike(int one, int other) {
      boolean leaf = trees.modes().get(one).equals("LEAF");
      if (!trees.modes().get(one).equals(trees.modes().get(other))
          || (leaf && firstWeights[one] != firstWeights[other])
          || (!leaf && trees.features()[one] != trees.features()[other])
          || (!leaf && trees.values()[one] != trees.values()[other])) {
        return false;
      }
      return leaf
          || ++steps > MOST_COMPARED // ONNX Runtime decides
          || (alike(whenTrue(one), whenTrue(other)) && alike(whenFalse(one), whenFalse(other)));
    }

    private boolean tracks(int node) {
      return trees.missing().length > 0 && trees.missing()[node] == 1;
    }

    private int whenTrue(int node) {
      return index.find(trees.trees()[node], trees.trueIds()[node]);
    }

    private int whenFalse(int node) {
      return index.find(trees.trees()[node], trees.falseIds()[node]);
    }

    private int slot(int node, int nan, SortedSet<Integer> members) {
      long feature = trees.features()[node];
      require(feature >= 0 && feature < Integer.MAX_VALUE, "a node reads the feature " + feature);
      return slotOf.computeIfAbsent(
          new Slot((int) feature, nan, members), absent -> slotOf.size() + 1);
    }
  }
}
