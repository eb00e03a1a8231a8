package io.mlops4j.monitor.performance.task;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.Arrays;
import java.util.List;

/**
 * Answers with their labels, in primitive arrays. Beyond its most rows it holds a sample in which
 * each row is equally likely. Not thread safe.
 */
public final class LabelledRows {
  private static final int FIRST = 16;

  private final int width;
  private final int groupColumns;
  private double[] values;
  private double[] labels;
  private short[] groups;
  private int size;
  private long seen;

  /**
   * @param width the numbers of one answer
   * @param groupColumns the columns that rows are grouped by
   */
  public LabelledRows(int width, int groupColumns) {
    this.width = width;
    this.groupColumns = groupColumns;
    this.values = new double[0];
    this.labels = new double[0];
    this.groups = new short[0];
  }

  /** Returns the rows of all parts together. */
  public static LabelledRows of(int width, int groupColumns, List<LabelledRows> parts) {
    LabelledRows all = new LabelledRows(width, groupColumns);
    all.resize(parts.stream().mapToInt(LabelledRows::size).reduce(0, Math::addExact));
    for (LabelledRows part : parts) {
      System.arraycopy(part.values, 0, all.values, all.size * width, part.size * width);
      System.arraycopy(part.labels, 0, all.labels, all.size, part.size);
      System.arraycopy(
          part.groups, 0, all.groups, all.size * groupColumns, part.size * groupColumns);
      all.size += part.size;
      all.seen += part.seen;
    }
    return all;
  }

  /**
   * Adds a row.
   *
   * @param answer the numbers of the answer
   * @param most the number of rows to hold, at least 1
   * @return whether one more row is held
   */
  public boolean add(double[] answer, short[] itsGroups, double label, int most) {
    long number = seen++;
    if (size >= most) {
      long at = Long.remainderUnsigned(mixed(number), seen); // a fixed sequence: replays are equal
      if (at < most) {
        set((int) at, answer, itsGroups, label);
      }
      return false;
    }
    if (size == labels.length) {
      resize(Math.min(most, Math.max(FIRST, size + (size >> 1))));
    }
    set(size, answer, itsGroups, label);
    size++;
    return true;
  }

  private void set(int row, double[] answer, short[] itsGroups, double label) {
    System.arraycopy(answer, 0, values, row * width, width);
    System.arraycopy(itsGroups, 0, groups, row * groupColumns, groupColumns);
    labels[row] = label;
  }

  private void resize(int rows) {
    values = Arrays.copyOf(values, Math.multiplyExact(rows, width));
    labels = Arrays.copyOf(labels, rows);
    groups = Arrays.copyOf(groups, Math.multiplyExact(rows, groupColumns));
  }

  /** The finaliser of MurmurHash3. */
  private static long mixed(long number) {
    long hash = (number ^ (number >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  public void write(StateWriter out) {
    out.put(seen).put(size);
    for (int row = 0; row < size; row++) {
      out.put(labels[row]);
      for (int column = 0; column < width; column++) {
        out.put(value(row, column));
      }
      out.put(Arrays.copyOfRange(groups, row * groupColumns, (row + 1) * groupColumns));
    }
  }

  public static LabelledRows read(StateReader in, int width, int groupColumns, GroupNames names) {
    LabelledRows rows = new LabelledRows(width, groupColumns);
    long seen = in.count();
    int size = in.length(Double.BYTES * (width + 1));
    in.check(size <= seen, "more rows are held than were added");
    rows.resize(size);
    double[] values = new double[width];
    for (int row = 0; row < size; row++) {
      double label = in.number();
      Arrays.setAll(values, column -> in.number());
      rows.set(row, values, names.read(in, groupColumns), label);
    }
    rows.size = size;
    rows.seen = seen;
    return rows;
  }

  /** The number of rows that are held. */
  public int size() {
    return size;
  }

  /** Whether some rows are not held. */
  boolean isSampled() {
    return seen > size;
  }

  int width() {
    return width;
  }

  double value(int row, int column) {
    return values[row * width + column];
  }

  double label(int row) {
    return labels[row];
  }

  int group(int row, int column) {
    return groups[row * groupColumns + column];
  }

  /** One number of each answer. */
  double[] column(int column) {
    double[] chosen = new double[size];
    for (int row = 0; row < size; row++) {
      chosen[row] = value(row, column);
    }
    return chosen;
  }

  double[] labels() {
    return Arrays.copyOf(labels, size);
  }

  /** The rows of these numbers. */
  LabelledRows rows(int[] chosen) {
    LabelledRows some = new LabelledRows(width, groupColumns);
    some.resize(chosen.length);
    for (int row : chosen) {
      System.arraycopy(values, row * width, some.values, some.size * width, width);
      System.arraycopy(
          groups, row * groupColumns, some.groups, some.size * groupColumns, groupColumns);
      some.labels[some.size++] = labels[row];
    }
    some.seen = some.size + (seen - size);
    return some;
  }
}
