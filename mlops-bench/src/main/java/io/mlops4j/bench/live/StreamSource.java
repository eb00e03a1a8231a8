package io.mlops4j.bench.live;

/** Rows of a stream one batch after the other. One thread. */
interface StreamSource {
  /** The columns. */
  Layout layout();

  /**
   * The next rows, with answers and labels.
   *
   * @param first how many rows of the stream came before
   * @param count how many are wanted
   */
  Rows next(long first, int count);
}
