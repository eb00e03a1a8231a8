package io.mlops4j.runtime.view;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Holds the newest row of each key of each view. Implement it for a database of your own; {@link
 * JdbcOnlineStore} and {@link RedisOnlineStore} are implementations.
 *
 * <p>Names of views and keys are texts, and rows are bytes, which a store does not interpret.
 * Implementations are thread safe. Several processes may share one store.
 */
public interface OnlineStore extends AutoCloseable {
  /**
   * A row of a store. Rows of one key are ordered by event time, then created time, then content as
   * unsigned bytes. So the newest row does not depend on the order of writes.
   *
   * @param key the key, at most 1500 bytes in UTF-8
   * @param eventMicros the time since which the row holds, in microseconds since 1970
   * @param createdMicros the time at which it became known, in microseconds since 1970
   * @param expiresMicros the time after which it is missing, in microseconds since 1970; {@link
   *     Long#MAX_VALUE} for never
   * @param content the values; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by content
  record Row(String key, long eventMicros, long createdMicros, long expiresMicros, byte[] content)
      implements Comparable<Row> {
    /**
     * Checks the parts.
     *
     * @param key the key
     * @param eventMicros the time since which the row holds
     * @param createdMicros the time at which it became known
     * @param expiresMicros the time after which it is missing
     * @param content the values
     */
    public Row {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(content, "content");
    }

    /**
     * Compares two rows of one key. The expiry does not count.
     *
     * @param other a row
     * @return positive if this row is newer
     */
    @Override
    public int compareTo(Row other) {
      int order = Long.compare(eventMicros, other.eventMicros);
      if (order == 0) {
        order = Long.compare(createdMicros, other.createdMicros);
      }
      return order == 0 ? Arrays.compareUnsigned(content, other.content) : order;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Row that
          && key.equals(that.key)
          && compareTo(that) == 0
          && expiresMicros == that.expiresMicros;
    }

    @Override
    public int hashCode() {
      return 31 * key.hashCode() + Long.hashCode(eventMicros);
    }
  }

  /**
   * Returns a store in the heap of this process, for tests and for data that fits.
   *
   * @return an empty store
   */
  static OnlineStore inMemory() {
    return new MemoryStore();
  }

  /**
   * Stores rows, each unless the store has a newer or an equal row of its key. Each row is stored
   * completely or not at all, even if processes write at the same time. After an exception, some of
   * the rows may be stored; writing all of them again is safe.
   *
   * @param view the name of the view and its version
   * @param rows rows, in any order
   * @return how many rows were stored
   * @throws io.mlops4j.error.DataException if the store cannot be reached
   */
  int write(String view, List<Row> rows);

  /**
   * Returns the newest rows of keys.
   *
   * @param view the name of the view and its version
   * @param keys the keys
   * @return the rows by key; keys without a row are missing
   * @throws io.mlops4j.error.DataException if the store cannot be reached
   */
  Map<String, Row> read(String view, Collection<String> keys);

  /**
   * Deletes rows that expired, of all views. Readers do not see such rows anyway.
   *
   * @param before rows that expired before this time are deleted
   * @return how many rows were deleted; 0 if the store deletes them by itself
   * @throws io.mlops4j.error.DataException if the store cannot be reached
   */
  long deleteExpired(Instant before);

  /** Frees what the store opened. A second call does nothing. */
  @Override
  void close();
}
