package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;

/** The files of a runtime. */
public interface ScoringSource {
  /**
   * Opens a file.
   *
   * @param file the file
   * @return a reader, which the caller closes
   */
  FeatureReader open(Path file);

  /**
   * Returns the number of rows, if the format states it.
   *
   * @param file the file
   * @return empty if it is not known without reading all rows
   */
  OptionalLong rows(Path file);

  /**
   * Returns a batch without rows that has the columns of the file.
   *
   * @param file the file
   * @return a batch, which the caller closes
   */
  FeatureBatch empty(Path file);

  /**
   * Returns where columns are allocated.
   *
   * @return the allocator of the runtime
   */
  BufferAllocator allocator();
}
