package io.mlops4j.monitor.log;

import io.mlops4j.monitor.log.Hashes.Collected;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Hashes of what some rows can be found by.
 *
 * @param ids their prediction ids
 * @param keys their keys and traces
 */
record SearchHashes(Collected ids, Collected keys) {
  SearchHashes() {
    this(new Collected(), new Collected());
  }

  void addId(String id) {
    ids.add(Hashes.ofId(id));
  }

  void addKey(String column, @Nullable String value) {
    if (value != null) {
      keys.add(Hashes.ofKey(column, value));
    }
  }

  void addTrace(@Nullable String traceId) {
    if (traceId != null) {
      keys.add(Hashes.ofTrace(traceId));
    }
  }

  void clear() {
    ids.cutTo(0);
    keys.cutTo(0);
  }

  /** All hashes, for the filter of one block. */
  long[] all() {
    long[] all = Arrays.copyOf(ids.toArray(), ids.size() + keys.size());
    System.arraycopy(keys.toArray(), 0, all, ids.size(), keys.size());
    return all;
  }
}
