package io.mlops4j.runtime.feature.engine;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.scoring.BatchScoring;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes files that are not Arrow, runs SQL over files, and scores files. {@code
 * mlops-data} provides the only one. Thread safe.
 */
public interface DataEngine {
  /**
   * Finds the engine. It is looked up with the class loader of this class, because a cluster has
   * many.
   *
   * @param need what it is needed for, a plural that begins the message if it is missing
   * @return the engine
   * @throws DataException if it is missing; names the artifact to add
   */
  static DataEngine find(String need) {
    try {
      return ServiceLoader.load(DataEngine.class, DataEngine.class.getClassLoader())
          .findFirst()
          .orElseThrow(() -> missing(need, null));
    } catch (LinkageError | ServiceConfigurationError e) {
      throw missing(need, e);
    }
  }

  private static DataException missing(String need, @Nullable Throwable cause) {
    return new DataException(
        need + " need io.mlops4j:mlops-data, which is missing; add that dependency", cause);
  }

  /**
   * Opens files of one format as one data set, by the rules of {@code DataFiles.open}.
   *
   * @param format CSV, JSON or Parquet
   * @param files the files, in the order of their rows; only read
   * @param options columns, rows and form
   * @param misfits returns the types that columns of text are parsed as, because they do not fit
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if a file cannot be read
   */
  FeatureReader open(
      DataFormat format,
      List<Path> files,
      ReadOptions options,
      Function<Schema, Map<String, ElementType>> misfits,
      BufferAllocator allocator);

  /**
   * Starts a query over files. A file that it names and that changes meanwhile is refused.
   *
   * @param sql one SELECT statement, never text from outside
   * @param options columns, rows and limits
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if the query fails or is no SELECT
   */
  FeatureReader query(String sql, ReadOptions options, BufferAllocator allocator);

  /**
   * Rejects a condition that has parameters, before there are columns.
   *
   * @param condition SQL, never text from outside
   * @throws IllegalArgumentException if it has one
   */
  void checkCondition(String condition);

  /**
   * Prepares a condition.
   *
   * @param condition SQL, never text from outside
   * @param columns the columns that it may use
   * @param allocator where a column of row numbers is allocated
   * @return the condition; the caller closes it
   * @throws DataException if it is not valid for the columns
   */
  RowCondition condition(String condition, Schema columns, BufferAllocator allocator);

  /**
   * Starts a Parquet file.
   *
   * @param file the file, which is created or replaced
   * @param columns the columns of all batches
   * @param options the compression
   * @return the sink; the caller closes it
   * @throws IllegalArgumentException if a column has a type that is not written
   */
  RowSink parquet(Path file, Schema columns, WriteOptions options);

  /**
   * Scores files.
   *
   * @param model the model, which the caller closes
   * @param threads how many threads call the model
   * @param allocator where columns are allocated
   * @return a scoring
   */
  BatchScoring scoring(Model model, int threads, BufferAllocator allocator);
}
