package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.internal.TimeResolution;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was counted in one column. Counts of consecutive parts are joined by {@link #append}. */
final class ColumnCounts {
  private static final int MOST_EXAMPLES = 8;
  private static final int LONGEST_EXAMPLE = 40;

  /** Rows of batches that lack the column. */
  long absent;

  /** Rows of batches in which it holds values of another kind. */
  long otherKind;

  long checked;
  long nulls;
  long nans;
  long outside;
  long unseen;
  double least = Double.POSITIVE_INFINITY;
  double greatest = Double.NEGATIVE_INFINITY;
  RunLength runs = new RunLength();

  /** Times, of all rows. */
  long times;

  long old;
  long late;
  long latest = Long.MIN_VALUE; // in nanoseconds since 1970

  /** Frequent texts that are not known; by hash, then as text. */
  final Map<Long, Example> examples = new LinkedHashMap<>();

  /** A text and the number of rows in which it was seen. */
  record Example(String text, long rows) {}

  ColumnCounts() {}

  ColumnCounts(StateReader in) {
    absent = in.int64();
    otherKind = in.int64();
    checked = in.int64();
    nulls = in.int64();
    nans = in.int64();
    outside = in.int64();
    unseen = in.int64();
    least = in.number();
    greatest = in.number();
    runs = new RunLength(in);
    times = in.int64();
    old = in.int64();
    late = in.int64();
    latest = in.int64();
    int size = in.length(16);
    for (int i = 0; i < size; i++) {
      examples.put(in.int64(), new Example(in.text(), in.int64()));
    }
  }

  void write(StateWriter out) {
    out.put(absent).put(otherKind).put(checked).put(nulls).put(nans).put(outside).put(unseen);
    out.put(least).put(greatest);
    runs.write(out);
    out.put(times).put(old).put(late).put(latest).put(examples.size());
    examples.forEach((hash, example) -> out.put(hash).put(example.text()).put(example.rows()));
  }

  /** Counts numbers. */
  void addNumbers(long[] cells, int count, double low, double high) {
    double min = least;
    double max = greatest;
    int missing = 0;
    int beyond = 0;
    for (int i = 0; i < count; i++) {
      double value = Double.longBitsToDouble(cells[i]);
      if (value < min) {
        min = value;
      }
      if (value > max) {
        max = value;
      }
      beyond += value < low || value > high ? 1 : 0;
      missing += Double.isNaN(value) ? 1 : 0;
    }
    least = min;
    greatest = max;
    outside += beyond;
    if (missing > 0) {
      addMissing(cells, count);
    }
    checked += count;
  }

  private void addMissing(long[] cells, int count) {
    for (int i = 0; i < count; i++) {
      nulls += cells[i] == Cells.NULL ? 1 : 0;
      nans += cells[i] == Cells.NAN ? 1 : 0;
    }
  }

  /** Counts cells of any kind as present or missing. */
  void addPresence(long[] cells, int count) {
    addMissing(cells, count);
    checked += count;
  }

  /**
   * Counts texts that are not known.
   *
   * @param first the row of the first cell
   * @param step the distance of the rows
   */
  void addUnknown(long[] cells, int count, LongSet known, Cells column, int first, int step) {
    for (int i = 0; i < count; i++) {
      if (!known.contains(cells[i]) && !Cells.isMissing(cells[i])) {
        unseen++;
        example(cells[i], column, first + i * step);
      }
    }
  }

  private void example(long cell, Cells column, int row) {
    Example known = examples.get(cell);
    if (known != null) {
      examples.put(cell, new Example(known.text(), known.rows() + 1));
    } else if (examples.size() < MOST_EXAMPLES) {
      String text = column.example(row);
      int end =
          text.offsetByCodePoints(
              0, Math.min(LONGEST_EXAMPLE, text.codePointCount(0, text.length())));
      examples.put(cell, new Example(text.substring(0, end), 1));
    }
  }

  /** Counts times of all rows. */
  void addTimes(Cells column, int rows, ColumnRules rules, Instant at) {
    long now = nanos(at);
    long oldest = rules.maximumAge() == null ? Long.MIN_VALUE : now - nanos(rules.maximumAge());
    long tolerated = rules.order() == null ? Long.MAX_VALUE / 2 : nanos(rules.order());
    latest = Math.min(latest, now); // else one time in the future makes all later rows late
    for (int row = 0; row < rows; row++) {
      long time = column.time(row);
      if (time == Cells.NULL) {
        continue;
      }
      times++;
      old += time < oldest ? 1 : 0;
      late += latest != Long.MIN_VALUE && time < latest - tolerated ? 1 : 0;
      latest = Math.max(latest, Math.min(time, now));
    }
  }

  private static long nanos(Instant time) {
    return TimeResolution.clippedNanos(time.getEpochSecond(), time.getNano());
  }

  private static long nanos(java.time.Duration time) {
    return time.compareTo(java.time.Duration.ofDays(36_500)) > 0
        ? Long.MAX_VALUE / 2
        : time.toNanos();
  }

  /** The latest time; null without any. */
  @Nullable Instant latestTime() {
    return latest == Long.MIN_VALUE
        ? null
        : Instant.ofEpochSecond(
            Math.floorDiv(latest, 1_000_000_000L), Math.floorMod(latest, 1_000_000_000L));
  }

  /**
   * Adds the counts of later rows.
   *
   * @param each the number of rows that a checked one stands for
   */
  void append(ColumnCounts other, int each) {
    runs.append(other.runs, Math.max(0, other.runs.rows() - each * other.checked));
    absent += other.absent;
    otherKind += other.otherKind;
    checked += other.checked;
    nulls += other.nulls;
    nans += other.nans;
    outside += other.outside;
    unseen += other.unseen;
    least = Math.min(least, other.least);
    greatest = Math.max(greatest, other.greatest);
    times += other.times;
    old += other.old;
    late += other.late;
    latest = Math.max(latest, other.latest);
    other.examples.forEach(
        (hash, example) -> {
          Example known = examples.get(hash);
          if (known != null || examples.size() < MOST_EXAMPLES) {
            examples.put(
                hash,
                new Example(example.text(), example.rows() + (known == null ? 0 : known.rows())));
          }
        });
  }

  /** Returns counts in which runs of equal values, and the order of times, go on. */
  ColumnCounts next() {
    ColumnCounts next = new ColumnCounts();
    next.runs = runs.open();
    next.latest = latest;
    return next;
  }

  /** The number of values that are not missing. */
  long present() {
    return checked - nulls - nans;
  }
}
