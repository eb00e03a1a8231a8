package io.mlops4j.monitor.live.watch.labels;

import io.mlops4j.monitor.live.rows.LabelKey;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.performance.LabelCounts;
import io.mlops4j.monitor.performance.task.GroupNames;

/**
 * Predictions that wait for their label, and labels that wait for their prediction. Used by the
 * monitor's thread only.
 *
 * <p>The state is a fold over two kinds of entries, {@link #predicted} and {@link #labelled}: equal
 * entries in equal order give equal state. Both are bounded in time and number, each on its own, so
 * labels without a prediction remove no prediction.
 *
 * <ul>
 *   <li>A prediction waits for the delay. Its key then stays for another delay, so that a second
 *       label is counted as repeated and a late one as expired. A labelled prediction stays as
 *       long, because a shadow may answer the same row later and must find the label.
 *   <li>The first label of a row counts. Later ones are counted as repeated.
 *   <li>A label that arrives before its prediction waits for the delay, and is then unknown.
 *   <li>A full store drops its oldest row.
 * </ul>
 */
final class LabelStore {
  private static final byte WAITING = 0;
  private static final byte LABELLED = 1;
  private static final byte EXPIRED = 2;

  private static final long NEVER = Long.MIN_VALUE / 2;

  private static final short[] NO_GROUPS = {};

  /** Gets what becomes of each prediction. */
  interface Outcomes {
    /**
     * A prediction got its label.
     *
     * @param at when the row was predicted, in milliseconds
     * @param delay the time from the prediction to the label, in milliseconds; 0 if the label came
     *     first
     */
    void labelled(int version, long at, double[] values, short[] groups, double label, long delay);

    /** The prediction waits no longer. */
    void gaveUp(int version, long at);
  }

  private final long delay;
  private final int capacity;
  private final int earlyCapacity;
  private final Outcomes outcomes;
  private final KeyedRows rows;
  private final KeyedRows early;
  private long unexpired;
  private long waiting;
  private long unused;
  private long received;
  private long labelled;
  private long gaveUp;
  private long repeated;
  private long unknown;
  private long expired;
  private long leftOut;
  private long leftOutAt = NEVER;

  /**
   * @param delay how long a prediction waits, in milliseconds
   * @param capacity the predictions that are held, and those whose keys are still known
   * @param earlyCapacity the labels that wait for their prediction
   * @param width the numbers of one answer
   */
  LabelStore(
      long delay, int capacity, int earlyCapacity, int width, int groupColumns, Outcomes outcomes) {
    this.delay = delay;
    this.capacity = capacity;
    this.earlyCapacity = earlyCapacity;
    this.outcomes = outcomes;
    this.rows = new KeyedRows(width, groupColumns);
    this.early = new KeyedRows(1, 0);
  }

  /** Adds a prediction. */
  void predicted(LabelKey key, double[] values, short[] groups, int version, long at) {
    expire(at);
    double label = knownLabel(key);
    if (rows.size() >= capacity) {
      removeOldest();
    }
    if (Double.isNaN(label)) {
      rows.add(key, at, version, WAITING, values, groups);
      waiting++;
      return;
    }
    long row = rows.add(key, at, version, LABELLED, values, groups);
    rows.value(row, 0, label);
    labelled++;
    outcomes.labelled(version, at, values, groups, label, 0);
  }

  /** The label that came before the prediction, or NaN. */
  private double knownLabel(LabelKey key) {
    long same = rows.find(key);
    if (same != KeyedRows.NONE && rows.state(same) == LABELLED) {
      return rows.value(same, 0);
    }
    long first = early.find(key);
    if (same != KeyedRows.NONE || first == KeyedRows.NONE || early.state(first) != WAITING) {
      return Double.NaN;
    }
    early.state(first, LABELLED);
    unused--;
    return early.value(first, 0);
  }

  /** Adds a label. */
  void labelled(LabelKey key, double label, long at) {
    expire(at);
    received++;
    long row = rows.find(key);
    if (row == KeyedRows.NONE) {
      addEarly(key, label, at);
    } else if (rows.state(row) == LABELLED) {
      repeated++;
    } else if (rows.state(row) == EXPIRED) {
      expired++;
    } else {
      join(row, label, at);
    }
  }

  /** Each version that answered the row gets the label. */
  private void join(long newest, double label, long at) {
    for (long row = newest;
        row != KeyedRows.NONE && rows.state(row) == WAITING;
        row = rows.before(row)) {
      double[] values = rows.values(row);
      rows.state(row, LABELLED);
      rows.value(row, 0, label); // the answer is no longer needed
      waiting--;
      labelled++;
      long since = rows.at(row);
      outcomes.labelled(rows.version(row), since, values, rows.groups(row), label, at - since);
    }
  }

  private void addEarly(LabelKey key, double label, long at) {
    if (early.find(key) != KeyedRows.NONE) {
      repeated++;
      return;
    }
    if (early.size() >= earlyCapacity) {
      removeOldestEarly();
    }
    early.add(key, at, 0, WAITING, new double[] {label}, NO_GROUPS);
    unused++;
  }

  /** Ends the waiting of everything that is older than the delay. */
  void expire(long now) {
    while (unexpired < rows.end() && now - rows.at(unexpired) > delay) {
      if (rows.state(unexpired) == WAITING) {
        giveUp(unexpired);
      }
      unexpired++;
    }
    while (rows.size() > 0 && now - delay - rows.at(rows.oldest()) > delay) {
      removeOldest();
    }
    while (early.size() > 0 && now - early.at(early.oldest()) > delay) {
      removeOldestEarly();
    }
  }

  /** Ends the waiting of everything, because the clock went back by more than the delay. */
  void expireAll() {
    while (rows.size() > 0) {
      removeOldest();
    }
    while (early.size() > 0) {
      removeOldestEarly();
    }
  }

  private void giveUp(long row) {
    rows.state(row, EXPIRED);
    waiting--;
    gaveUp++;
    outcomes.gaveUp(rows.version(row), rows.at(row));
  }

  private void removeOldest() {
    long row = rows.oldest();
    if (rows.state(row) == WAITING) {
      giveUp(row);
    }
    rows.removeOldest();
    unexpired = Math.max(unexpired, rows.oldest());
  }

  private void removeOldestEarly() {
    if (early.state(early.oldest()) == WAITING) {
      unused--;
      countUnmatched(early.at(early.oldest()));
    }
    early.removeOldest();
  }

  /** The prediction of a label may have been left out from a delay before it until its end. */
  private void countUnmatched(long at) {
    if (leftOutAt >= at - delay) {
      leftOut++;
    } else {
      unknown++;
    }
  }

  /** Notes that rows were left out of the sample: labels may come for them. */
  void rowsLeftOut(long at) {
    leftOutAt = at;
  }

  void write(StateWriter out) {
    rows.write(out);
    early.write(out);
    out.put(unexpired - rows.oldest());
    out.put(
        new long[] {
          waiting, unused, received, labelled, gaveUp, repeated, unknown, expired, leftOut
        });
    out.put(leftOutAt);
  }

  /** Restores written rows into an empty store. Rows beyond its capacity are removed. */
  void read(StateReader in, GroupNames names) {
    rows.read(in, EXPIRED + 1, names);
    early.read(in, EXPIRED + 1, names);
    unexpired = rows.oldest() + in.count();
    in.check(unexpired <= rows.end(), "more rows have expired than there are");
    long[] counts = new long[9];
    in.counts(counts);
    waiting = counts[0];
    unused = counts[1];
    received = counts[2];
    labelled = counts[3];
    gaveUp = counts[4];
    repeated = counts[5];
    unknown = counts[6];
    expired = counts[7];
    leftOut = counts[8];
    leftOutAt = in.int64();
    while (rows.size() > capacity) {
      removeOldest();
    }
    while (early.size() > earlyCapacity) {
      removeOldestEarly();
    }
  }

  /** The bytes of all arrays. */
  long bytes() {
    return rows.bytes() + early.bytes();
  }

  LabelCounts counts(long unanswered, long withoutKey) {
    return new LabelCounts(
        received,
        labelled,
        waiting,
        gaveUp,
        unused,
        repeated,
        unknown,
        leftOut,
        expired,
        unanswered,
        withoutKey);
  }
}
