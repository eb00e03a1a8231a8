package io.mlops4j.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.error.MlopsException;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.jspecify.annotations.Nullable;

/** Moves each batch out of the Arrow reader's root, so that a batch kept is never overwritten. */
final class ArrowFeatureReader implements FeatureReader {
  private final ArrowReader reader;
  private @Nullable FeatureBatch current;
  private boolean started;
  private boolean closed;

  ArrowFeatureReader(ArrowReader reader) {
    this.reader = Objects.requireNonNull(reader, "reader");
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

  @Override
  public void close() {
    closed = true;
    endCurrent();
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

  /** Loads one batch ahead only when asked whether there is one, as the last batch ends there. */
  private final class Batches implements Iterator<FeatureBatch> {
    private boolean loaded;
    private boolean ended;

    @Override
    public boolean hasNext() {
      checkOpen();
      if (!loaded && !ended) {
        endCurrent();
        ended = true; // also when loading fails: what follows damaged bytes is not to be trusted
        loaded = load();
        ended = !loaded;
      }
      return loaded;
    }

    @Override
    public FeatureBatch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the reader has no further batch");
      }
      loaded = false;
      FeatureBatch next = FeatureBatch.owning(root(), reader);
      current = next;
      return next;
    }

    private boolean load() {
      try {
        return reader.loadNextBatch();
      } catch (MlopsException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        throw new DataException("cannot read the next batch: " + e.getMessage(), e);
      }
    }

    private VectorSchemaRoot root() {
      try {
        return reader.getVectorSchemaRoot();
      } catch (IOException e) {
        throw new DataException("cannot read the next batch: " + e.getMessage(), e);
      }
    }
  }
}
