package io.mlops4j.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.error.MlopsException;
import java.io.IOException;
import java.util.Objects;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * Moves each batch out of the Arrow reader's root, so that the next batch does not overwrite a
 * retained one.
 */
final class ArrowFeatureReader extends OnePassReader {
  private final ArrowReader reader;
  private boolean loaded;
  private boolean ended;

  ArrowFeatureReader(ArrowReader reader) {
    this.reader = Objects.requireNonNull(reader, "reader");
  }

  @Override
  boolean hasMore() {
    if (!loaded && !ended) {
      ended = true; // even if loading fails, because bytes after damaged bytes are unreliable
      loaded = load();
      ended = !loaded;
    }
    return loaded;
  }

  @Override
  FeatureBatch read() {
    loaded = false;
    return FeatureBatch.owning(root(), reader);
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
