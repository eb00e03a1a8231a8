package io.mlops4j.monitor.gate;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.ServedBy;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one minute, or of a later part of it, while they are counted. A version that was not
 * called before begins a new part. Thread safe.
 */
final class CallMinute {
  /** Versions and sizes of batches beyond it are not counted. */
  private static final int MOST_CELLS = 64;

  /** Later ones count in the last part. */
  private static final int MOST_PARTS = 8;

  private final long number;
  private final long begin;
  private final int part;
  private final int mostCells;
  private volatile CallCell[] cells = {};

  /**
   * @param number minutes since 1970
   * @param begin the time of its first call, in milliseconds since 1970
   */
  CallMinute(long number, long begin) {
    this(number, begin, 1, MOST_CELLS);
  }

  private CallMinute(long number, long begin, int part, int mostCells) {
    this.number = number;
    this.begin = begin;
    this.part = part;
    this.mostCells = mostCells;
  }

  /** The rest of the minute. */
  CallMinute rest(long since) {
    return new CallMinute(number, Math.max(begin, since), part + 1, mostCells - cells.length);
  }

  /**
   * Whether a call begins a new part if its version is not known. The rest must hold the versions
   * and sizes that were counted here, too.
   */
  boolean canBeSplit() {
    return cells.length > 0 && 2 * cells.length <= mostCells && part < MOST_PARTS;
  }

  boolean knows(ServedBy servedBy) {
    for (CallCell cell : cells) {
      if (cell.isOf(servedBy)) {
        return true;
      }
    }
    return false;
  }

  long begin() {
    return begin;
  }

  long number() {
    return number;
  }

  /** Counts a call if others of its version and size were counted here; else returns false. */
  boolean addKnown(InferenceEvent event) {
    CallCell cell = find(event);
    if (cell != null) {
      cell.add(event);
    }
    return cell != null;
  }

  /** Counts a call; returns false if there are too many cells. */
  boolean add(InferenceEvent event) {
    CallCell cell = create(event);
    if (cell != null) {
      cell.add(event);
    }
    return cell != null;
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
    if (known.length >= mostCells) {
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
