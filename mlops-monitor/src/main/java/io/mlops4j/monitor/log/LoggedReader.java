package io.mlops4j.monitor.log;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** Hands out the chosen rows of a log as batches. */
final class LoggedReader implements FeatureReader {
  private final LoggedBlocks blocks;
  private @Nullable FeatureBatch current;
  private boolean started;
  private boolean closed;

  LoggedReader(LoggedBlocks blocks) {
    this.blocks = blocks;
  }

  @Override
  public Iterator<FeatureBatch> iterator() {
    checkOpen();
    if (started) {
      throw new IllegalStateException("the reader was read already: it has one pass, open another");
    }
    started = true;
    return new Batches();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the reader is closed");
    }
  }

  private void endCurrent() {
    FeatureBatch ended = current;
    current = null;
    if (ended != null) {
      ended.close();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      endCurrent();
      blocks.close();
    }
  }

  private final class Batches implements Iterator<FeatureBatch> {
    private boolean loaded;
    private boolean ended;

    @Override
    public boolean hasNext() {
      checkOpen();
      if (!loaded && !ended) {
        endCurrent();
        LoggedBlocks.Rows rows = blocks.next();
        ended = rows == null;
        if (rows != null) {
          try (VectorSchemaRoot root = rows.root()) {
            current = FeatureBatch.owning(root);
          }
          loaded = true;
        }
      }
      return loaded;
    }

    @Override
    public FeatureBatch next() {
      FeatureBatch next = hasNext() ? current : null;
      if (next == null) {
        throw new NoSuchElementException("the log has no further rows");
      }
      loaded = false;
      return next;
    }
  }
}
