package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.feature.arrow.ArrowFiles;
import io.mlops4j.runtime.feature.engine.DataEngine;
import io.mlops4j.runtime.feature.jdbc.JdbcQuery;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.feature.writing.AtomicWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import javax.sql.DataSource;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;

/** Opens files of all formats. Stateless and thread safe. */
public final class DataFiles {
  private static final String NEED = "CSV, Parquet and JSON files and SQL";

  private DataFiles() {}

  /**
   * Opens a file in the format that its content and name show, with the default options.
   *
   * @param file the file; only read
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if the file is missing, damaged or of an unknown format, or {@code
   *     mlops-data} is needed and missing
   */
  public static FeatureReader open(Path file, BufferAllocator allocator) {
    return open(List.of(file), ReadOptions.defaults(), allocator);
  }

  /**
   * Opens files of one format as one data set.
   *
   * @param files the files, in the order of their rows; only read. If there is no file of a name
   *     that has signs of a pattern, such as {@code flights-*.parquet}, it stands for the files of
   *     that folder that match, sorted by name
   * @param options columns, rows and form
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws IllegalArgumentException if there is no file, or the options do not fit the format
   * @throws DataException if a file is missing, damaged or of an unknown format, or has no such
   *     columns, or {@code mlops-data} is needed and missing
   */
  public static FeatureReader open(
      List<Path> files, ReadOptions options, BufferAllocator allocator) {
    return open(files, options, columns -> Map.of(), allocator);
  }

  /**
   * Opens files of one format as one data set, and parses columns of text files as other types.
   *
   * @param files the files, as above
   * @param options columns, rows and form
   * @param misfits returns the types that columns of text are parsed as, because they do not fit
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws IllegalArgumentException if there is no file, or the options do not fit the format
   * @throws DataException as above
   */
  public static FeatureReader open(
      List<Path> files,
      ReadOptions options,
      Function<Schema, Map<String, ElementType>> misfits,
      BufferAllocator allocator) {
    Objects.requireNonNull(options, "options");
    if (files.isEmpty()) {
      throw new IllegalArgumentException("files: found none, expected at least one");
    }
    List<Path> all = files.stream().flatMap(file -> Patterns.files(file).stream()).toList();
    DataFormat format = format(all.get(0));
    for (Path file : all) {
      if (format(file) != format) {
        throw new IllegalArgumentException(
            "files: found "
                + format
                + " in "
                + all.get(0)
                + " and "
                + format(file)
                + " in "
                + file
                + ", expected one format");
      }
    }
    return format == DataFormat.ARROW || format == DataFormat.UNKNOWN
        ? ArrowFiles.open(all, options, allocator) // rejects unknown formats by name
        : DataEngine.find(all.get(0) + ": " + NEED).open(format, all, options, misfits, allocator);
  }

  /**
   * Starts a query over files. A file that it names and that changes meanwhile is refused.
   *
   * @param sql one SELECT statement, never text from outside
   * @param options columns, rows and limits
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if the query fails or is no SELECT, or {@code mlops-data} is missing
   */
  public static FeatureReader query(String sql, ReadOptions options, BufferAllocator allocator) {
    Objects.requireNonNull(sql, "sql");
    Objects.requireNonNull(options, "options");
    return DataEngine.find(NEED).query(sql, options, allocator);
  }

  /**
   * Starts a file in the format that its name shows.
   *
   * @param file the file; its name ends in {@code .arrow}, {@code .feather} or {@code .parquet}
   * @param options the compression
   * @return a writer; the caller closes it
   * @throws IllegalArgumentException if the name shows another format
   * @throws DataException if the folder does not exist
   */
  public static FeatureWriter create(Path file, WriteOptions options) {
    Objects.requireNonNull(options, "options");
    DataFormat format = DataFormat.named(file);
    if (format != DataFormat.ARROW && format != DataFormat.PARQUET) {
      throw new IllegalArgumentException(
          file + ": found no known format, expected a name that ends in .arrow or .parquet");
    }
    return new AtomicWriter(file, format, options);
  }

  /**
   * Starts a query of a database.
   *
   * @param database where the connection comes from; the reader closes the connection
   * @param sql one query in the dialect of the database, with question marks for parameters
   * @param options columns, types, rows of a batch, features
   * @param parameters the values of the question marks
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws IllegalArgumentException if the options have a filter
   * @throws DataException if the query fails, or has no such columns, or columns of a type that
   *     cannot be read
   */
  public static FeatureReader query(
      DataSource database,
      String sql,
      ReadOptions options,
      List<?> parameters,
      BufferAllocator allocator) {
    return JdbcQuery.start(database, sql, options, parameters, allocator);
  }

  private static DataFormat format(Path file) {
    if (Files.notExists(file)) { // before its format or the options are judged
      throw DataFormat.missing(file);
    }
    try {
      return Files.isRegularFile(file) ? DataFormat.of(file) : DataFormat.ARROW;
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }
}
