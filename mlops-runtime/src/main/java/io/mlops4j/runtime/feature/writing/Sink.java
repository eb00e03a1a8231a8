package io.mlops4j.runtime.feature.writing;

import io.mlops4j.feature.FeatureBatch;
import java.io.IOException;

/** Writes rows to a file that does not have its final name yet. */
interface Sink extends AutoCloseable {
  /** Writes rows whose columns are not dictionary-encoded. The caller closes the batch. */
  void write(FeatureBatch batch) throws IOException;

  /** Writes the rest, and forces the file to the disk. */
  void finish() throws IOException;

  @Override
  void close() throws IOException;
}
