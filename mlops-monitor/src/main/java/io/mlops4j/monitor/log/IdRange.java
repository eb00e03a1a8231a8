package io.mlops4j.monitor.log;

import io.mlops4j.inference.PredictionId;
import java.util.List;

/**
 * A range that holds the ids of a file: the calls of one process, or any id at all.
 *
 * @param process without meaning in a range of any ids
 * @param first the first call; above {@code last} in an empty range
 */
record IdRange(long process, long first, long last) {
  static final IdRange NONE = new IdRange(0, Long.MAX_VALUE, Long.MIN_VALUE);
  static final IdRange ANY = new IdRange(0, Long.MIN_VALUE, Long.MAX_VALUE);

  /** The range of some of a call's ids. */
  static IdRange of(List<PredictionId> ids, int from, int count) {
    long process = ids.get(from).process();
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (int i = from; i < from + count; i++) {
      PredictionId id = ids.get(i);
      if (id.process() != process) {
        return ANY;
      }
      first = Math.min(first, id.call());
      last = Math.max(last, id.call());
    }
    return new IdRange(process, first, last);
  }

  IdRange with(PredictionId id) {
    return with(new IdRange(id.process(), id.call(), id.call()));
  }

  IdRange with(IdRange other) {
    if (equals(NONE) || other.equals(NONE)) {
      return equals(NONE) ? other : this;
    }
    if (equals(ANY) || other.equals(ANY) || process != other.process) {
      return ANY;
    }
    return new IdRange(process, Math.min(first, other.first), Math.max(last, other.last));
  }

  boolean mayHold(PredictionId id) {
    return equals(ANY) || (process == id.process() && first <= id.call() && id.call() <= last);
  }
}
