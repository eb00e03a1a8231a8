package io.mlops4j.feature;

/**
 * Writes batches of rows to one file. The file appears under its name when {@link #commit} has
 * written and forced all of it. A failure, a crash, or {@link #close} without a commit leaves an
 * earlier file of that name as it was. For one thread at a time.
 *
 * <pre>{@code
 * try (FeatureWriter writer = runtime.write(Path.of("late.parquet"))) {
 *   for (FeatureBatch batch : reader) {
 *     writer.write(batch);
 *   }
 *   writer.commit();
 * }
 * }</pre>
 */
public interface FeatureWriter extends AutoCloseable {
  /**
   * Writes the rows of a batch behind those of earlier batches. The first batch sets the columns.
   *
   * @param batch the rows, possibly none; the caller keeps and closes it
   * @throws IllegalArgumentException if its columns differ from those of the first batch, or a
   *     column has a type that the format cannot store
   * @throws IllegalStateException after a commit, a failure or {@link #close}
   * @throws io.mlops4j.error.DataException if the file cannot be written; the writer only can be
   *     closed then
   */
  void write(FeatureBatch batch);

  /**
   * Returns the number of rows that were written.
   *
   * @return the rows of all batches
   */
  long rows();

  /**
   * Completes the file, forces it to the disk, and gives it its name in one step. An earlier file
   * of that name is replaced.
   *
   * @throws IllegalStateException without a batch, or after a commit, a failure or {@link #close}
   * @throws io.mlops4j.error.DataException if the file cannot be written
   */
  void commit();

  /** Deletes what was not committed. A second call does nothing. */
  @Override
  void close();
}
