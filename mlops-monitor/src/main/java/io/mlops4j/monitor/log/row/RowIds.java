package io.mlops4j.monitor.log.row;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;

/**
 * The ids of the rows of a call or block, as numbers: an object for each row would live until the
 * log's thread writes the row, and the garbage collector would copy it meanwhile.
 */
public final class RowIds {
  private final long[] processes;
  private final long[] calls;
  private final int[] rows;

  private RowIds(int count) {
    this.processes = new long[count];
    this.calls = new long[count];
    this.rows = new int[count];
  }

  public static RowIds of(InferenceEvent event) {
    RowIds ids = new RowIds(event.rows());
    for (int i = 0; i < ids.rows.length; i++) {
      PredictionId id = event.id(i);
      ids.processes[i] = id.process();
      ids.calls[i] = id.call();
      ids.rows[i] = id.row();
    }
    return ids;
  }

  int count() {
    return rows.length;
  }

  long process(int i) {
    return processes[i];
  }

  long call(int i) {
    return calls[i];
  }

  int row(int i) {
    return rows[i];
  }

  @Override
  public String toString() {
    return rows.length + " ids";
  }

  /** The text of an id. */
  String text(int i) {
    return new PredictionId(processes[i], calls[i], rows[i]).toString();
  }

  /** Whether all rows are of one call. */
  public boolean areOfOneCall() {
    return calls[0] == calls[calls.length - 1];
  }
}
