package io.mlops4j.bench.serving;

import java.io.IOException;

/** Gives each thread what it calls; closed when all threads are done. */
interface Callers extends AutoCloseable {
  /**
   * For one more thread.
   *
   * @param number of the thread, from 0
   */
  Caller caller(int number) throws Exception;

  /** Waits until all work of the calls so far is done. */
  default void settle() {}

  @Override
  void close() throws IOException;
}
