package io.mlops4j.bench.ratios;

import java.io.IOException;

/** One side of a comparison, ready to run; closed by the runner. One thread. */
public interface Side extends AutoCloseable {
  /**
   * Does the work once.
   *
   * @return anything that depends on the result, so that no work can be left out
   * @throws Exception if it fails, which ends the comparison
   */
  float run() throws Exception;

  @Override
  void close() throws IOException;
}
