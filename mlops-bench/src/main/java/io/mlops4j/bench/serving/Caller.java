package io.mlops4j.bench.serving;

/** What one thread of many does again and again. */
interface Caller {
  /**
   * Asks once.
   *
   * @param call the number of this caller's call, from 0
   * @return anything that depends on the answer
   * @throws Exception if it fails, which ends the comparison
   */
  float call(int call) throws Exception;
}
