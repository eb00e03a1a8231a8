package io.mlops4j.runtime.feature.arrow;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.feature.engine.DataEngine;
import io.mlops4j.runtime.feature.ipc.IpcReader;
import io.mlops4j.runtime.feature.reading.DataReader;
import io.mlops4j.runtime.feature.reading.ReadMeter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;

/** Opens Arrow IPC files. Stateless and thread safe. */
public final class ArrowFiles {
  private ArrowFiles() {}

  /**
   * Opens a file in the Arrow IPC file or stream format. Dictionary-encoded columns stay encoded.
   * Compressed bodies (LZ4 or ZSTD) need {@code io.mlops4j:mlops-data}, or {@code
   * org.apache.arrow:arrow-compression} alone. Tensor and bfloat16 columns have the vectors of
   * {@code io.mlops4j.feature}. No JVM flag is needed.
   *
   * <p>The sizes, offsets, texts and dictionary codes of each batch are checked before it is
   * returned.
   *
   * @param file the file; only read
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if the file is missing, empty, truncated, damaged or of another format,
   *     and all memory is freed; the reader's iterator throws it for damage that is found later
   */
  public static FeatureReader open(Path file, BufferAllocator allocator) {
    return open(List.of(file), ReadOptions.defaults(), allocator);
  }

  /**
   * Opens files as one data set, by the rules of {@code DataFiles.open}.
   *
   * @param files the files, in the order of their rows; only read
   * @param options columns, rows and filter
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws IllegalArgumentException if the options set types
   * @throws DataException if a file cannot be read, or has no such columns
   */
  public static FeatureReader open(
      List<Path> files, ReadOptions options, BufferAllocator allocator) {
    Objects.requireNonNull(allocator, "allocator");
    if (!options.types().isEmpty()) {
      throw new IllegalArgumentException(
          files.get(0)
              + ": found types for columns of an Arrow file, expected none, because its columns"
              + " have types; convert it to Parquet to change them");
    }
    options
        .filter()
        .ifPresent(filter -> DataEngine.find(files.get(0) + ": filters").checkCondition(filter));
    OptionalLong total =
        options.progressListener().isEmpty() || options.filter().isPresent()
            ? OptionalLong.empty()
            : rows(files);
    ArrowRows rows = new ArrowRows(files, options, allocator);
    ReadMeter meter = new ReadMeter(options, total, rows.stamps().bytes(), rows::done);
    OptionalInt size = options.chosenBatchRows();
    return new DataReader(
        size.isPresent() ? new SizedRows(rows, size.getAsInt(), allocator) : rows,
        () -> {},
        e -> e,
        rows.stamps(),
        meter);
  }

  private static OptionalLong rows(List<Path> files) {
    long all = 0;
    for (Path file : files) {
      OptionalLong rows = rows(file);
      if (rows.isEmpty()) {
        return rows;
      }
      all += rows.getAsLong();
    }
    return OptionalLong.of(all);
  }

  /**
   * Counts the rows of a file without reading them.
   *
   * @param file the file
   * @return empty if it is not an Arrow file, or it is damaged; reading it names the reason
   */
  public static OptionalLong rows(Path file) {
    try {
      return OptionalLong.of(IpcReader.rows(file));
    } catch (IOException | RuntimeException e) {
      return OptionalLong.empty();
    }
  }
}
