package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.DuckDbSettings;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/** Opens files of all formats. Stateless and thread safe. */
public final class DataFiles {
  private static final int BATCH_ROWS = 1 << 14;

  private DataFiles() {}

  /**
   * Opens a file in the format that its content and name show.
   *
   * @param file the file; only read
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if the file is missing, damaged or of an unknown format, or DuckDB is
   *     needed and missing
   */
  public static FeatureReader open(Path file, BufferAllocator allocator) {
    return switch (format(file)) {
      case PARQUET -> query("read_parquet", file, allocator);
      case CSV -> query("read_csv", file, allocator);
      case JSON -> query("read_json", file, allocator);
      default -> ArrowFiles.open(file, allocator); // rejects unknown formats by name
    };
  }

  /**
   * Starts a file in the format that its name shows.
   *
   * @param file the file; its name ends in {@code .arrow}, {@code .feather} or {@code .parquet}
   * @return a writer; the caller closes it
   * @throws IllegalArgumentException if the name shows another format
   * @throws DataException if the folder does not exist
   */
  public static FeatureWriter create(Path file) {
    DataFormat format = DataFormat.named(file);
    if (format != DataFormat.ARROW && format != DataFormat.PARQUET) {
      throw new IllegalArgumentException(
          file + ": found no known format, expected a name that ends in .arrow or .parquet");
    }
    return new AtomicWriter(file, format);
  }

  private static DataFormat format(Path file) {
    try {
      return Files.isRegularFile(file) ? DataFormat.of(file) : DataFormat.ARROW;
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }

  private static FeatureReader query(String function, Path file, BufferAllocator allocator) {
    List<Path> files = List.of(file);
    DuckDb database = DuckDb.open(DuckDbSettings.of(files));
    try {
      String sql = "SELECT * FROM " + function + "(" + Sql.files(files) + ")";
      return new FileReader(database, database.query(sql, BATCH_ROWS, allocator));
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private record FileReader(DuckDb database, FeatureReader batches) implements FeatureReader {
    @Override
    public Iterator<FeatureBatch> iterator() {
      return batches.iterator();
    }

    @Override
    public void close() {
      try (database) {
        batches.close();
      }
    }
  }
}
