package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;

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
   * Returns whether a file is written as Arrow, and not converted at the end.
   *
   * @param out the file
   * @return false if its name shows another format
   * @throws IllegalArgumentException if the format cannot be written
   */
  boolean isArrow(Path out);

  /**
   * Checks that a file can hold columns, in the format that its name shows.
   *
   * @param out the file
   * @param columns the columns
   * @throws io.mlops4j.error.DataException if it cannot; names the column
   */
  void checkColumns(Path out, Schema columns);

  /**
   * Writes the rows of an Arrow file in the format that a name shows.
   *
   * @param arrow the rows
   * @param out the file, which appears when it is complete
   */
  void convert(Path arrow, Path out);

  /**
   * Returns where columns are allocated.
   *
   * @return the allocator of the runtime
   */
  BufferAllocator allocator();
}
