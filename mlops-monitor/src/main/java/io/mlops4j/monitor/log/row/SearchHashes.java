package io.mlops4j.monitor.log.row;

import io.mlops4j.monitor.log.row.Hashes.Collected;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Hashes of what some rows can be found by.
 *
 * @param ids their prediction ids
 * @param keys their keys and traces
 */
public record SearchHashes(Collected ids, Collected keys) {
  public SearchHashes() {
    this(new Collected(), new Collected());
  }

  public void addId(String id) {
    ids.add(Hashes.ofId(id));
  }

  public void addKey(String column, @Nullable String value) {
    if (value != null) {
      keys.add(Hashes.ofKey(column, value));
    }
  }

  public void addTrace(@Nullable String traceId) {
    if (traceId != null) {
      keys.add(Hashes.ofTrace(traceId));
    }
  }

  void clear() {
    ids.cutTo(0);
    keys.cutTo(0);
  }

  /** All hashes, for the filter of one block. */
  public long[] all() {
    long[] all = Arrays.copyOf(ids.toArray(), ids.size() + keys.size());
    System.arraycopy(keys.toArray(), 0, all, ids.size(), keys.size());
    return all;
  }
}
