package io.mlops4j.runtime.feature.engine;

import io.mlops4j.feature.FeatureBatch;
import java.io.IOException;

/** Writes rows to a file that does not have its final name yet. */
public interface RowSink extends AutoCloseable {
  /**
   * Writes rows.
   *
   * @param batch the rows, whose columns are not dictionary-encoded; the caller closes it
   * @throws IOException if they cannot be written
   */
  void write(FeatureBatch batch) throws IOException;

  /**
   * Writes the rest, and forces the file to the disk.
   *
   * @throws IOException if it cannot be written
   */
  void finish() throws IOException;

  @Override
  void close() throws IOException;
}
