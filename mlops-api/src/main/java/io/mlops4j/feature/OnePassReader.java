package io.mlops4j.feature;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A reader with one pass that closes each batch before it reads the next one. */
abstract class OnePassReader implements FeatureReader {
  private @Nullable FeatureBatch current;
  private boolean started;
  private boolean closed;

  /** Returns whether there is a further batch; it may be called several times for one batch. */
  abstract boolean hasMore();

  /** Reads the next batch, after {@link #hasMore} has returned true. */
  abstract FeatureBatch read();

  @Override
  public final Iterator<FeatureBatch> iterator() {
    checkOpen();
    if (started) {
      throw new IllegalStateException(
          "the reader was read before and has only one pass; open another reader");
    }
    started = true;
    return new Batches();
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      try {
        closeCurrent();
      } finally {
        release();
      }
    }
  }

  /** Frees what the reader reads from, once. */
  void release() {}

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the reader is closed");
    }
  }

  private void closeCurrent() {
    FeatureBatch ended = current;
    current = null;
    if (ended != null) {
      ended.close();
    }
  }

  private final class Batches implements Iterator<FeatureBatch> {
    @Override
    public boolean hasNext() {
      checkOpen();
      closeCurrent();
      return hasMore();
    }

    @Override
    public FeatureBatch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the reader has no further batch");
      }
      FeatureBatch next = read();
      current = next;
      return next;
    }
  }
}
