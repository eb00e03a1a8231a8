package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.ReadProgress;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.binding.FeatureCheck;
import io.mlops4j.runtime.feature.arrow.ArrowFiles;
import io.mlops4j.runtime.feature.duckdb.DuckDbFiles;
import io.mlops4j.runtime.feature.jdbc.JdbcQuery;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.feature.writing.AtomicWriter;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.ParquetSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Opens files of all formats. Stateless and thread safe. */
public final class DataFiles {
  private DataFiles() {}

  /**
   * Opens a file in the format that its content and name show, with the default options.
   *
   * @param file the file; only read
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if the file is missing, damaged or of an unknown format, or DuckDB is
   *     needed and missing
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
   *     columns, or DuckDB is needed and missing
   */
  public static FeatureReader open(
      List<Path> files, ReadOptions options, BufferAllocator allocator) {
    return open(files, options, columns -> Map.of(), allocator);
  }

  private static FeatureReader open(
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
        : DuckDbFiles.open(format, all, options, misfits, allocator);
  }

  /**
   * Opens a file for a model. The columns of CSV and JSON files, which have no types, are parsed as
   * the types that the model takes. Other columns are read, too.
   *
   * @param file the file; only read
   * @param features the features of the model
   * @param signature the signature of the model
   * @param progress is notified of each batch; null for nobody
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if the file is missing, damaged or of an unknown format, or DuckDB is
   *     needed and missing
   */
  public static FeatureReader openFor(
      Path file,
      FeatureSchema features,
      ModelSignature signature,
      @Nullable Consumer<ReadProgress> progress,
      BufferAllocator allocator) {
    ReadOptions.Builder options = ReadOptions.builder();
    if (progress != null) {
      options.onProgress(progress);
    }
    FeatureCheck check = FeatureCheck.of(features, Optional.of(signature));
    return open(List.of(file), options.build(), check::misfits, allocator);
  }

  /**
   * Returns a query for the rows of a CSV or JSON file, which is checked as {@link #open} does. The
   * types of its columns are recognised by all rows: by a sample, a later fraction in a column of
   * whole numbers would be rounded without an error.
   *
   * @param file the file; its name shows the format
   * @param database where the query is run
   * @param allocator where batches are allocated while a broken line is searched
   * @return one SELECT
   * @throws DataException if the file is missing or damaged; names the line
   */
  public static String textRows(Path file, DuckDb database, BufferAllocator allocator) {
    return DuckDbFiles.textRows(file, database, allocator);
  }

  /**
   * Starts a query over files. A file that it names and that changes meanwhile is refused.
   *
   * @param sql one SELECT statement, never text from outside
   * @param options columns, rows and limits
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if the query fails or is no SELECT, or DuckDB is missing
   */
  public static FeatureReader query(String sql, ReadOptions options, BufferAllocator allocator) {
    return DuckDbFiles.query(
        Objects.requireNonNull(sql, "sql"), Objects.requireNonNull(options, "options"), allocator);
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

  /**
   * Returns whether a file to write is an Arrow file.
   *
   * @param file the file
   * @return true if its name shows Arrow or no known format
   * @throws IllegalArgumentException if its name shows a format that cannot be written
   */
  public static boolean isArrow(Path file) {
    return switch (DataFormat.named(file)) {
      case ARROW, UNKNOWN -> true;
      case PARQUET -> false;
      default ->
          throw new IllegalArgumentException(
              file + ": found text, expected a name that ends in .arrow or .parquet");
    };
  }

  /**
   * Checks that a file to write can hold columns, before there are rows.
   *
   * @param file the file
   * @param columns the columns
   * @throws DataException if its format cannot hold one of them, or DuckDB is missing
   */
  public static void checkColumns(Path file, Schema columns) {
    if (DataFormat.named(file) == DataFormat.PARQUET) {
      try {
        ParquetSink.check(file, columns.getFields());
      } catch (IllegalArgumentException e) {
        throw new DataException(file + ": " + e.getMessage(), e);
      }
    }
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
