package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadProgress;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** The files of a runtime. */
public interface ScoringSource {
  /**
   * Opens a file. A file without rows gives one batch without rows, which has its columns.
   *
   * @param file the file
   * @param progress is notified of each batch; null if nobody waits for that
   * @return a reader, which the caller closes
   */
  FeatureReader open(Path file, @Nullable Consumer<ReadProgress> progress);

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
