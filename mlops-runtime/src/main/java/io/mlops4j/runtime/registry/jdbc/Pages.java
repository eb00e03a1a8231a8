package io.mlops4j.runtime.registry.jdbc;

import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * Reads numbered rows in the order of their numbers, many with one query. Used by one thread.
 *
 * @param <T> a row
 */
final class Pages<T> {
  /** The most rows of a page. */
  static final int ROWS = 256;

  /** The bytes of documents after which a page ends. The last document may exceed them. */
  static final int BYTES = 1 << 20;

  private final LongFunction<NavigableMap<Long, T>> source;
  private NavigableMap<Long, T> page = new TreeMap<>();
  private long first = 1;
  private long last;

  /**
   * Creates a reader.
   *
   * @param source reads the rows from a number on, as many as fit in a page
   */
  Pages(LongFunction<NavigableMap<Long, T>> source) {
    this.source = source;
  }

  /** Returns a row, or empty if it does not exist. */
  Optional<T> find(long number) {
    if (number < first || number > last) {
      page = source.apply(number);
      first = number;
      last = page.isEmpty() ? number : page.lastKey();
    }
    return Optional.ofNullable(page.get(number));
  }
}
