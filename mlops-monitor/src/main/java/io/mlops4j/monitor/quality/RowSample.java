package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.Arrays;

/**
 * A sample of rows at equal distances. If it is full, every second row is removed and the distance
 * doubles, so the sample covers all rows evenly.
 */
final class RowSample {
  private final int most;
  private final long[][] cells; // by column, then by row
  private int size;
  private long distance = 1;
  private long seen;

  RowSample(int columns, int most) {
    this.most = most;
    this.cells = new long[columns][0];
  }

  RowSample(StateReader in, int columns, int most) {
    this(columns, most);
    size = in.length(8 * columns);
    in.check(size <= most, "found a sample of " + size + " rows");
    distance = in.int64();
    seen = in.int64();
    in.check(distance > 0 && seen >= 0, "found a sample of every " + distance + "th row");
    grow(size);
    for (long[] column : cells) {
      for (int row = 0; row < size; row++) {
        column[row] = in.int64();
      }
    }
  }

  void write(StateWriter out) {
    out.put(size).put(distance).put(seen);
    for (long[] column : cells) {
      for (int row = 0; row < size; row++) {
        out.put(column[row]);
      }
    }
  }

  /** Makes room for as many rows as another sample of the same columns has. */
  void reserve(RowSample other) {
    grow(other.size);
  }

  private void grow(int rows) {
    int capacity = Math.min(most, Math.max(64, Integer.highestOneBit(Math.max(1, rows)) * 2));
    for (int i = 0; i < cells.length && cells[i].length < rows; i++) {
      cells[i] = Arrays.copyOf(cells[i], capacity);
    }
  }

  /**
   * Adds rows.
   *
   * @param rows the cells by column, then by row
   * @param count the number of rows, at most the size of the sample
   */
  void add(long[][] rows, int count) {
    while (size + taken(count) > most) {
      thin();
    }
    long first = first();
    grow((int) (size + taken(count)));
    int taken = (int) taken(count);
    for (int i = 0; i < cells.length; i++) {
      copy(rows[i], (int) first, cells[i], taken);
    }
    size += taken;
    seen += count;
  }

  private void copy(long[] from, int first, long[] to, int count) {
    if (distance == 1) {
      System.arraycopy(from, first, to, size, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      to[size + i] = from[(int) (first + i * distance)];
    }
  }

  private long first() {
    return (distance - seen % distance) % distance;
  }

  private long taken(int count) {
    long first = first();
    return first >= count ? 0 : (count - first - 1) / distance + 1;
  }

  private void thin() {
    for (long[] column : cells) {
      for (int row = 0; 2 * row < size; row++) {
        column[row] = column[2 * row];
      }
    }
    size = (size + 1) / 2;
    distance *= 2;
  }

  /** Adds a sample of later rows of the same columns. */
  void append(RowSample later) {
    RowSample copy = later.copy();
    while (copy.distance < distance) {
      copy.thin();
    }
    while (distance < copy.distance || size + copy.size > most) {
      thin();
      while (copy.distance < distance) {
        copy.thin();
      }
    }
    grow(size + copy.size);
    for (int i = 0; i < cells.length; i++) {
      System.arraycopy(copy.cells[i], 0, cells[i], size, copy.size);
    }
    size += copy.size;
    seen += copy.seen;
  }

  private RowSample copy() {
    RowSample copy = new RowSample(cells.length, most);
    for (int i = 0; i < cells.length; i++) {
      copy.cells[i] = cells[i].clone();
    }
    copy.size = size;
    copy.distance = distance;
    copy.seen = seen;
    return copy;
  }

  int size() {
    return size;
  }

  long cell(int column, int row) {
    return cells[column][row];
  }

  /** Cells of a column, of rows that lie evenly in the sample. */
  long[] cells(int column, int count) {
    long[] some = new long[count];
    for (int i = 0; i < count; i++) {
      some[i] = cells[column][(int) ((long) i * size / count)];
    }
    return some;
  }

  /** The numbers of a column that are not missing, of rows that lie evenly in the sample. */
  double[] numbers(int column, int atMost) {
    double[] numbers = new double[Math.min(size, atMost)];
    int found = 0;
    int step = Math.max(1, size / Math.max(1, atMost));
    for (int row = 0; row < size && found < numbers.length; row += step) {
      if (!Cells.isMissing(cells[column][row])) {
        numbers[found++] = Double.longBitsToDouble(cells[column][row]);
      }
    }
    return found == numbers.length ? numbers : Arrays.copyOf(numbers, found);
  }
}
