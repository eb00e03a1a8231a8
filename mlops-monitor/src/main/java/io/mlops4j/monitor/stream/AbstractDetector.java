package io.mlops4j.monitor.stream;

/** Counts values, skips those that are missing, and starts anew after a change. */
abstract class AbstractDetector implements ChangeDetector {
  private long rows;
  private long skipped;
  private Signal last = Signal.STABLE;

  @Override
  public final Signal add(double value) {
    if (!isUsable(value)) {
      skipped++;
      return last == Signal.CHANGE ? Signal.STABLE : last;
    }
    if (last == Signal.CHANGE) {
      startAnew();
    }
    rows++;
    last = next(value);
    return last;
  }

  /**
   * Whether a value is read rather than skipped.
   *
   * @throws IllegalArgumentException if the value is a mistake of the caller
   */
  boolean isUsable(double value) {
    return Double.isFinite(value);
  }

  /** Reads a usable value; {@link #rows} counts it already. */
  abstract Signal next(double value);

  /** Prepares for the first value after a change. */
  void startAnew() {
    clear();
  }

  /** Forgets all values. */
  abstract void clear();

  @Override
  public final long rows() {
    return rows;
  }

  @Override
  public final long skipped() {
    return skipped;
  }

  @Override
  public final void reset() {
    rows = 0;
    skipped = 0;
    last = Signal.STABLE;
    clear();
  }

  final void writeCounts(SnapshotWriter out) {
    out.put(rows).put(skipped).put(last);
  }

  final void readCounts(SnapshotReader in) {
    rows = in.count();
    skipped = in.count();
    last = in.constant(Signal.class);
  }

  /** Checks a count of values since the last change, in a snapshot. */
  final void checkRows(long some) {
    SnapshotReader.check(some <= rows, "found " + some + " rows of " + rows);
  }
}
