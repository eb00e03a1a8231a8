package io.mlops4j.monitor.gate;

import io.mlops4j.inference.InferenceEvent;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calls of one minute, while they are counted. Thread safe. */
final class CallMinute {
  /** Versions and sizes of batches beyond it are not counted. */
  private static final int MOST_CELLS = 64;

  private final long number;
  private volatile CallCell[] cells = {};

  /**
   * @param number minutes since 1970
   */
  CallMinute(long number) {
    this.number = number;
  }

  long number() {
    return number;
  }

  /** Counts a call; returns false if there are too many cells. */
  boolean add(InferenceEvent event) {
    CallCell cell = find(event);
    if (cell == null) {
      cell = create(event);
    }
    if (cell == null) {
      return false;
    }
    cell.add(event);
    return true;
  }

  private @Nullable CallCell find(InferenceEvent event) {
    for (CallCell cell : cells) {
      if (cell.takes(event)) {
        return cell;
      }
    }
    return null;
  }

  private synchronized @Nullable CallCell create(InferenceEvent event) {
    CallCell[] known = cells;
    for (CallCell cell : known) {
      if (cell.takesEqual(event)) {
        return cell;
      }
    }
    if (known.length >= MOST_CELLS) {
      return null;
    }
    CallCell[] more = Arrays.copyOf(known, known.length + 1);
    more[known.length] = new CallCell(event);
    cells = more;
    return more[known.length];
  }

  List<CallCounts> counts() {
    return Arrays.stream(cells).map(CallCell::counts).toList();
  }
}
