package io.mlops4j.runtime.onnx.tree;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The upper nodes of each tree, at most {@value #MOST_EXITS} minus one, for batches. Immutable.
 *
 * <p>An exit is a leaf, or a lower node where a walk goes on. The exits of a tree are numbered from
 * left to right. A node whose slot is larger than its threshold rules out all exits below its left
 * branch. The exit of a row is the first one that no node rules out. So every node is compared for
 * every row, without an order, and one instruction does this for several rows (QuickScorer,
 * Lucchese et al., 2015).
 *
 * <p>Half numbers are compared, because the difference of two 32-bit numbers may not fit in 32
 * bits. {@code x > t} is {@code x >> 1 > t >> 1} for an odd t, and {@code (x + 1) >> 1 > t >> 1}
 * for an even one. A slot has a column for each of both that some node needs.
 *
 * @param columnSlots the slot of each column, ascending; column 0 is that of slot 0
 * @param columnAdds what is added to a slot before it is halved, by column
 * @param first the first node of each tree, and the end; each tree has a multiple of {@value #STEP}
 * @param columns the column of each node
 * @param thresholds half of the {@link TreeNodes#order} of the threshold, by node
 * @param masks the exits that a node rules out, by node
 * @param exits the nodes of the exits, {@value #MOST_EXITS} places for each tree
 * @param rests the most steps from an exit to a leaf, by tree
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TreeTops(
    int[] columnSlots,
    int[] columnAdds,
    int[] first,
    int[] columns,
    int[] thresholds,
    int[] masks,
    int[] exits,
    int[] rests) {
  static final int MOST_EXITS = Integer.SIZE;
  static final int STEP = 4;

  static TreeTops of(TreeNodes nodes) {
    return new Layout(nodes).lay();
  }

  /** Whether each exit is a leaf. */
  boolean areWhole() {
    return Arrays.stream(rests).allMatch(rest -> rest == 0);
  }

  private static final class Layout {
    private final TreeNodes nodes;
    private final int[] heights;
    private final boolean[] upper;
    private final Map<Integer, Integer> columnOf = new HashMap<>();
    private final int[] first;
    private final int[] rests;
    private final int[] exits;
    private final int[] columns;
    private final int[] thresholds;
    private final int[] masks;
    private int end;
    private int exit;

    Layout(TreeNodes nodes) {
      this.nodes = nodes;
      int trees = nodes.roots().length;
      heights = new int[nodes.size()];
      upper = new boolean[nodes.size()];
      first = new int[trees + 1];
      rests = new int[trees];
      exits = new int[Math.multiplyExact(trees, MOST_EXITS)];
      int most = Math.addExact(nodes.size(), trees * STEP);
      columns = new int[most];
      thresholds = new int[most];
      masks = new int[most];
      columnOf.put(0, 0);
    }

    TreeTops lay() {
      for (int tree = 0; tree < rests.length; tree++) {
        tree(tree);
        first[tree + 1] = end;
      }
      int[] keys = columnOf.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
      int[] numbers = new int[keys.length];
      for (int column = 0; column < keys.length; column++) {
        numbers[columnOf.getOrDefault(keys[column], 0)] = column;
      }
      return new TreeTops(
          Arrays.stream(keys).map(key -> key >> 1).toArray(),
          Arrays.stream(keys).map(key -> key & 1).toArray(),
          first,
          Arrays.stream(columns, 0, end).map(column -> numbers[column]).toArray(),
          Arrays.copyOf(thresholds, end),
          Arrays.copyOf(masks, end),
          exits,
          rests);
    }

    private int left(int node, int tree) {
      return nodes.roots()[tree] + TreeNodes.left(nodes.nodes()[node]);
    }

    private void tree(int tree) {
      int root = nodes.roots()[tree];
      int after = tree + 1 < rests.length ? nodes.roots()[tree + 1] : nodes.size();
      for (int node = after - 1; node >= root; node--) { // children lie behind their parents
        int left = left(node, tree);
        heights[node] = nodes.isLeaf(node) ? 0 : 1 + Math.max(heights[left], heights[left + 1]);
      }
      PriorityQueue<Integer> open =
          new PriorityQueue<>((a, b) -> Integer.compare(heights[b], heights[a]));
      open.add(root);
      while (open.size() < MOST_EXITS && heights[open.element()] > 0) {
        int node = open.remove();
        upper[node] = true;
        open.add(left(node, tree));
        open.add(left(node, tree) + 1);
      }
      rests[tree] = heights[open.element()];
      exit = 0;
      number(root, tree);
      while (end % STEP != 0 || end == first[tree]) { // a node that rules nothing out
        thresholds[end++] = Integer.MAX_VALUE >> 1;
      }
    }

    /** Numbers the exits below a node. Calls are as deep as the upper part. */
    private void number(int node, int tree) {
      if (!upper[node]) {
        exits[tree * MOST_EXITS + exit++] = node;
        return;
      }
      int from = exit;
      int left = left(node, tree);
      number(left, tree);
      masks[end] = (int) ((1L << exit) - (1L << from));
      int threshold = TreeNodes.threshold(nodes.nodes()[node]);
      int key = 2 * TreeNodes.slot(nodes.nodes()[node]) + (1 - (threshold & 1));
      columns[end] = columnOf.computeIfAbsent(key, absent -> columnOf.size());
      thresholds[end] = threshold >> 1;
      end++;
      number(left + 1, tree);
    }
  }
}
