package io.mlops4j.monitor.log.row;

import io.mlops4j.inference.PredictionId;

/**
 * A range that holds the ids of a file: the calls of one process, or any id at all.
 *
 * @param process without meaning in a range of any ids
 * @param first the first call; above {@code last} in an empty range
 */
public record IdRange(long process, long first, long last) {
  public static final IdRange NONE = new IdRange(0, Long.MAX_VALUE, Long.MIN_VALUE);
  public static final IdRange ANY = new IdRange(0, Long.MIN_VALUE, Long.MAX_VALUE);

  /** The range of some of a call's ids, at least one. */
  static IdRange of(RowIds ids, int from, int count) {
    long process = ids.process(from);
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (int i = from; i < from + count; i++) {
      if (ids.process(i) != process) {
        return ANY;
      }
      first = Math.min(first, ids.call(i));
      last = Math.max(last, ids.call(i));
    }
    return new IdRange(process, first, last);
  }

  public IdRange with(PredictionId id) {
    return with(new IdRange(id.process(), id.call(), id.call()));
  }

  public IdRange with(IdRange other) {
    if (equals(NONE) || other.equals(NONE)) {
      return equals(NONE) ? other : this;
    }
    if (equals(ANY) || other.equals(ANY) || process != other.process) {
      return ANY;
    }
    return new IdRange(process, Math.min(first, other.first), Math.max(last, other.last));
  }

  public boolean mayHold(PredictionId id) {
    return equals(ANY) || (process == id.process() && first <= id.call() && id.call() <= last);
  }
}
