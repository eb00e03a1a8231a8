package io.mlops4j.feature;

import java.util.Iterator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * Reads batches of rows in one pass. For one thread at a time.
 *
 * <p>The reader closes each batch when it reads the next one. {@link FeatureBatch#retain} keeps a
 * batch. A closed batch throws {@link IllegalStateException}. Only one iterator can be created.
 * Reading fails with {@link io.mlops4j.error.DataException}.
 */
public interface FeatureReader extends Iterable<FeatureBatch>, AutoCloseable {
  /**
   * Reads from an Arrow reader. Closing the result closes its last batch, but not the Arrow reader,
   * which the caller closes.
   *
   * @param wrapped an Arrow reader; dictionary-encoded columns stay encoded
   * @return a feature reader
   */
  static FeatureReader of(ArrowReader wrapped) {
    return new ArrowFeatureReader(wrapped);
  }

  /**
   * Returns the only iterator.
   *
   * @return an iterator over batches, each valid until the next one is read
   * @throws IllegalStateException if an iterator was created before, or the reader is closed
   */
  @Override
  Iterator<FeatureBatch> iterator();

  /** Closes the last batch, and frees what the reader opened. A second call does nothing. */
  @Override
  void close();
}
