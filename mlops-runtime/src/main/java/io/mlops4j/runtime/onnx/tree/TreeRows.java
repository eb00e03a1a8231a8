package io.mlops4j.runtime.onnx.tree;

import io.mlops4j.runtime.memory.Native;
import java.util.Arrays;

/**
 * The slots of a block of rows, as numbers that are compared with thresholds. Grows to the largest
 * block. Not thread safe.
 */
final class TreeRows {
  /** Blocks of fewer rows are evaluated row by row: nodes that all rows pass cost more then. */
  static final int FEW = 12;

  /** The most numbers of a block, so that the cache next to the processor holds most of them. */
  private static final int NUMBERS = 1 << 14;

  private static final int MOST = 256;
  private static final int LEAST = 64;

  private final TreeNodes nodes;
  private final TreeTops tops;
  private final boolean byRow;
  private final TreeSets sets;
  private final int[] setOf;
  private final int[][] places;
  private final int[] onePlace;
  private final int[][] columns;
  private int[] slot = {};

  /** The slots, row by row; not of large blocks if no tree has lower nodes. */
  int[] x;

  TreeRows(TreeNodes nodes, TreeTops tops) {
    this.nodes = nodes;
    this.tops = tops;
    byRow = !tops.areWhole();
    sets = nodes.sets();
    setOf = new int[nodes.slots()];
    Arrays.fill(setOf, -1);
    for (int set = 0; set < sets.slots().length; set++) {
      setOf[sets.slots()[set]] = set;
    }
    places = new int[sets.features().length][];
    onePlace = new int[places.length];
    columns = new int[tops.columnSlots().length][];
    x = new int[nodes.slots()];
  }

  /** The most rows of a block. */
  static int block(TreeTops tops) {
    int rows = Integer.highestOneBit(NUMBERS / tops.columnSlots().length | 1);
    return Math.max(LEAST, Math.min(MOST, rows));
  }

  /** Returns a column of a large block. */
  int[] column(int column) {
    return columns[column];
  }

  /**
   * Reads a block.
   *
   * @param from the address of the features, floats row by row
   */
  void read(int rows, int width, long from) {
    if (rows < FEW) {
      grow(FEW, true);
      readRows(rows, width, from);
      return;
    }
    if (slot.length < rows) {
      grow(rows, byRow);
      slot = new int[rows];
      Arrays.setAll(places, feature -> new int[rows]);
      for (int column = 0; column < columns.length; column++) {
        columns[column] = new int[rows];
      }
    }
    for (int feature = 0; feature < places.length; feature++) {
      readSlot(rows, 4L * width, from + 4L * sets.features()[feature], places[feature]);
      for (int row = 0; row < rows; row++) {
        places[feature][row] = sets.place(feature, places[feature][row]);
      }
    }
    int column = 1;
    for (int i = 1; i < nodes.slots(); i++) {
      if (setOf[i] < 0) {
        readSlot(rows, 4L * width, from + 4L * nodes.slotFeatures()[i - 1], slot);
        order(rows, slot, nodes.slotMissing()[i - 1]);
      } else {
        look(rows, sets.bits()[setOf[i]], places[sets.featureOf()[setOf[i]]], slot);
      }
      for (; column < columns.length && tops.columnSlots()[column] == i; column++) {
        halve(rows, slot, tops.columnAdds()[column], columns[column]);
      }
      for (int row = 0, at = i; byRow && row < rows; row++, at += nodes.slots()) {
        x[at] = slot[row];
      }
    }
  }

  private void grow(int rows, boolean wanted) {
    if (wanted && x.length < rows * nodes.slots()) {
      x = new int[rows * nodes.slots()];
    }
  }

  private void readRows(int rows, int width, long from) {
    int[] features = nodes.slotFeatures();
    int[] missing = nodes.slotMissing();
    int to = 0;
    for (int row = 0; row < rows; row++) {
      long start = from + 4L * row * width;
      to++; // slot 0
      for (int i = 0; i < features.length; i++) {
        x[to++] = TreeNodes.order(Native.getInt(start + 4L * features[i]), missing[i]);
      }
      readSets(start, row * nodes.slots());
    }
  }

  private void readSets(long from, int to) {
    for (int feature = 0; feature < onePlace.length; feature++) {
      onePlace[feature] = sets.place(feature, Native.getInt(from + 4L * sets.features()[feature]));
    }
    for (int set = 0; set < sets.slots().length; set++) {
      x[to + sets.slots()[set]] =
          TreeSets.isOutside(sets.bits()[set], onePlace[sets.featureOf()[set]]);
    }
  }

  private static void look(int rows, long[] set, int[] places, int[] to) {
    for (int row = 0; row < rows; row++) {
      to[row] = TreeSets.isOutside(set, places[row]);
    }
  }

  private static void readSlot(int rows, long stride, long from, int[] to) {
    for (int row = 0; row < rows; row++) {
      to[row] = Native.getInt(from + stride * row);
    }
  }

  private static void order(int rows, int[] slot, int missing) {
    for (int row = 0; row < rows; row++) {
      slot[row] = TreeNodes.order(slot[row], missing);
    }
  }

  private static void halve(int rows, int[] slot, int add, int[] to) {
    for (int row = 0; row < rows; row++) {
      to[row] = (slot[row] + add) >> 1;
    }
  }
}
