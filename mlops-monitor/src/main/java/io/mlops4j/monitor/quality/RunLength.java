package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;

/**
 * The longest run of equal cells that are not missing. {@link #append} joins the runs of
 * consecutive parts.
 */
final class RunLength {
  private long rows;
  private long first = Cells.NULL;
  private long prefix; // the length of the first run once it has ended, 0 before
  private long last = Cells.NULL;
  private long suffix;
  private long longest;
  private long longestCell = Cells.NULL;

  RunLength() {}

  RunLength(StateReader in) {
    rows = in.int64();
    first = in.int64();
    prefix = in.int64();
    last = in.int64();
    suffix = in.int64();
    longest = in.int64();
    longestCell = in.int64();
  }

  void write(StateWriter out) {
    out.put(rows).put(first).put(prefix).put(last).put(suffix).put(longest).put(longestCell);
  }

  /** Adds cells, each of which stands for some rows. */
  void add(long[] cells, int count, long each) {
    boolean alone = count > 2 && longest >= each && equalNeighbours(cells, count) == 0;
    int first = alone ? 2 : count;
    for (int i = 0; i < first; i++) {
      if (rows > 0 && cells[i] == last) {
        suffix += each;
      } else {
        begin(cells[i], each);
      }
      rows += each;
    }
    if (alone) { // the others are runs of one cell, none of which is the longest
      last = cells[count - 1];
      suffix = each;
      rows += each * (count - 2);
    }
    note(last, suffix);
  }

  private static int equalNeighbours(long[] cells, int count) {
    int equal = 0;
    for (int i = 1; i < count; i++) {
      equal += cells[i] == cells[i - 1] ? 1 : 0;
    }
    return equal;
  }

  private void begin(long cell, long run) {
    if (rows == 0) {
      first = cell;
    } else {
      note(last, suffix);
      prefix = prefix == 0 ? suffix : prefix;
    }
    last = cell;
    suffix = run;
  }

  private void note(long cell, long run) {
    if (run > longest && !Cells.isMissing(cell)) {
      longest = run;
      longestCell = cell;
    }
  }

  /**
   * Adds the runs of later rows.
   *
   * @param carried how many rows of its first run lie before those rows, from {@link #open}
   */
  void append(RunLength later, long carried) {
    if (later.rows == 0) {
      return;
    }
    long firstRun = later.prefix == 0 ? later.suffix : later.prefix;
    if (rows > 0 && later.first == last) {
      suffix += firstRun - Math.min(carried, suffix); // else they would count twice
    } else {
      begin(later.first, firstRun);
    }
    rows += later.rows - carried;
    note(last, suffix);
    note(later.longestCell, later.longest);
    if (later.prefix > 0) {
      prefix = prefix == 0 ? suffix : prefix;
      last = later.last;
      suffix = later.suffix;
    }
  }

  /** Returns the run that goes on after these rows. */
  RunLength open() {
    RunLength open = new RunLength();
    if (rows > 0) {
      open.begin(last, suffix);
      open.rows = suffix;
    }
    return open;
  }

  long rows() {
    return rows;
  }

  long longest() {
    return longest;
  }
}
