package io.mlops4j.feature;

import java.util.Iterator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * Batches of rows, read in one pass. One thread at a time.
 *
 * <p>A batch is valid until the next one is asked for, and is closed by the reader; keep one with
 * {@link FeatureBatch#retain}. A handle kept without that throws {@link IllegalStateException}. The
 * iterator can be asked for once; reading fails with {@link io.mlops4j.error.DataException}.
 */
public interface FeatureReader extends Iterable<FeatureBatch>, AutoCloseable {
  /**
   * Reads from an Arrow reader, which is lent: closing the result ends its last batch and leaves
   * the Arrow reader to whoever opened it.
   *
   * @param wrapped an Arrow reader; dictionary-encoded columns stay encoded
   * @return a feature reader
   */
  static FeatureReader of(ArrowReader wrapped) {
    return new ArrowFeatureReader(wrapped);
  }

  /**
   * The one pass.
   *
   * @return an iterator
   * @throws IllegalStateException if it was asked for before, or the reader is closed
   */
  @Override
  Iterator<FeatureBatch> iterator();

  /** Ends the last batch and frees what the reader opened; a second call does nothing. */
  @Override
  void close();
}
