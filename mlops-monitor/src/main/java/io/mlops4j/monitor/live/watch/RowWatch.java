package io.mlops4j.monitor.live.watch;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.time.Instant;
import java.util.List;

/**
 * One part of the monitor's work: it counts rows or labels and judges them. Watches are independent
 * of each other. An exception is counted as a failure and does not reach the other watches. Used by
 * the monitor's thread only.
 */
public interface RowWatch {
  /** The task in words, for the log: "cannot " and this. */
  String task();

  /**
   * Takes the rows of a call, those of shadows included. The rows are valid until this method
   * returns.
   */
  void answered(Handed.Answered rows);

  /**
   * The number of rows of a version after which this watch has to see the next call apart: it would
   * find something else if the calls were handled together. Calls with fewer rows together, and the
   * call that reaches the number, may be handled as one.
   */
  default long room(ServedBy version) {
    return Long.MAX_VALUE;
  }

  /** Takes labels. */
  default void labelled(Handed.Labels labels) {}

  /**
   * Returns the judgements that have become due, each of them once. Called after all rows and
   * labels.
   *
   * @param at the time of the newest rows or labels
   */
  List<Judged> judge(Instant at);

  /** The reference was replaced by accepted rows. */
  default void accepted() {}

  /** Writes the state. Equal state gives equal bytes. */
  void write(StateWriter out);

  /**
   * Reads what {@link #write} wrote, into a watch that has handled nothing, or has read the state
   * before.
   */
  void read(StateReader in);

  /** The columns and labels that are not watched in the newest rows, with the reasons. */
  default List<NotWatched> notWatched() {
    return List.of();
  }
}
