package io.mlops4j.runtime.scoring;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Scores files and the rows of readers with a model: one output row for each input row, in the
 * order of the input. Immutable: each setting returns another instance. Thread safe.
 *
 * <p>The model is called on several threads. A bounded number of rows is in memory, however long
 * the file is. The output file appears in one step when all rows are written. A run over a file
 * that was interrupted is resumed by the same call.
 *
 * <p>The bytes of the output do not depend on the number of threads, provided that the model
 * computes each row alone.
 */
public interface BatchScoring {
  /**
   * Sets the columns that are copied from the input to the output, before the model's outputs. The
   * default is the keys of the model's features.
   *
   * @param columns the names, in the order of the output; none for no column
   * @return another instance
   * @throws IllegalArgumentException if a name appears twice
   */
  BatchScoring keep(String... columns);

  /**
   * Sets the outputs to write. The default is every output that has one row for each input row.
   *
   * @param names the names of outputs, in the order of the file; at least one
   * @return another instance
   * @throws IllegalArgumentException if there is no name, a name appears twice, or the model has no
   *     such output
   */
  BatchScoring outputs(String... names);

  /**
   * Sets how many threads call the model. The calling thread reads and writes. The default is the
   * number of threads of the runtime.
   *
   * @param threads at least 1
   * @return another instance
   * @throws IllegalArgumentException if it is below 1
   */
  BatchScoring threads(int threads);

  /**
   * Sets how many bad rows are written with null outputs. A bad row is a row that the model rejects
   * with {@link io.mlops4j.error.ModelInputException}, such as a row with a null that its feature
   * does not allow. The default is 0: the first bad row ends the work.
   *
   * @param most the highest number of bad rows, 0 or more
   * @return another instance
   * @throws IllegalArgumentException if it is negative
   */
  BatchScoring badRows(long most);

  /**
   * Sets the listener that is notified of progress, about five times a second and at the end. It is
   * called on the thread that scores. An exception of it ends the work.
   *
   * @param listener the listener
   * @return another instance
   */
  BatchScoring onProgress(Consumer<? super ScoringProgress> listener);

  /**
   * Scores a file. Blocks until the output is complete.
   *
   * <p>Rows are written to {@code OUT.partial}, and {@code OUT.journal} records how many. Both stay
   * if the process is killed, the thread is interrupted or the disk is full. The same call then
   * verifies the partial file and goes on behind its last recorded row. It starts again if the
   * digest of the model, the engine, the devices, the features, the input file, the columns or the
   * limit of bad rows differ.
   *
   * @param in the input, in a format that {@code ModelRuntime.read} reads
   * @param out the output; an earlier file is replaced at the end. It is a Parquet file if its name
   *     ends in {@code .parquet}, otherwise an Arrow IPC file. Parquet is converted from the
   *     partial file, which needs room for both
   * @return what was done
   * @throws DataException if the input cannot be read, changes while it is read, lacks a kept
   *     column, or has more bad rows than allowed; or if the output is a folder, cannot be written,
   *     or another run writes it. There is then no new file under the name of the output
   * @throws io.mlops4j.error.ModelInputException if a column of the model is missing or has a wrong
   *     type; no row was scored
   * @throws io.mlops4j.error.InferenceException if the model fails
   * @throws IllegalArgumentException if both files are the same, the input is the partial file or
   *     the journal of the output, the name of the output shows a format that cannot be written, or
   *     a kept column has the name of an output
   * @throws IllegalStateException if the model is closed, or a deployment swaps its version
   *     meanwhile
   */
  ScoringResult score(Path in, Path out);

  /**
   * Scores the rows of a reader, such as the query of a database. Blocks until the output is
   * complete. The rows are scored while they are read, and are stored nowhere else. Before the
   * output is complete, the disk has {@code OUT.partial} as with a file, which becomes the output.
   *
   * <p>A reader cannot be read again, so a run that was interrupted is not resumed: the next call
   * starts again, and replaces the partial file that a killed process has left.
   *
   * @param rows the rows, whose first batch names the columns; the caller closes the reader. {@code
   *     ReadOptions.features(model.features(), model.signature())} reads the columns of the model
   * @param out the output, as with a file
   * @return what was done
   * @throws DataException if the rows cannot be read, lack a kept column, or have more bad rows
   *     than allowed; or if the output cannot be written, or another process writes it. There is
   *     then no new file under the name of the output, and no partial file
   * @throws io.mlops4j.error.ModelInputException if a column of the model is missing or has a wrong
   *     type; no row was scored
   * @throws io.mlops4j.error.InferenceException if the model fails
   * @throws IllegalArgumentException if the name of the output shows a format that cannot be
   *     written, or a kept column has the name of an output
   * @throws IllegalStateException if the model or the reader is closed, or a deployment swaps its
   *     version meanwhile
   */
  ScoringResult score(FeatureReader rows, Path out);
}
