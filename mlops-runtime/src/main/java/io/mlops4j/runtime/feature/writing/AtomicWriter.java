package io.mlops4j.runtime.feature.writing;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.runtime.feature.arrow.PlainColumns;
import io.mlops4j.runtime.feature.engine.DataEngine;
import io.mlops4j.runtime.feature.engine.RowSink;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Writes beside the final file, and moves the complete file to its name. */
public final class AtomicWriter implements FeatureWriter {
  private enum State {
    OPEN,
    COMMITTED,
    FAILED,
    CLOSED
  }

  private final Path file;
  private final Path folder;
  private final Path part;
  private final DataFormat format;
  private final WriteOptions options;
  private @Nullable RowSink sink;
  private @Nullable Schema schema;
  private long rows;
  private State state = State.OPEN;

  /**
   * Starts a file.
   *
   * @param file the final file
   * @param format Arrow or Parquet
   * @param options the compression
   * @throws DataException if the folder does not exist
   */
  public AtomicWriter(Path file, DataFormat format, WriteOptions options) {
    this.file = file;
    this.format = format;
    this.options = options;
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new DataException(
          file + ": found no folder " + parent + " to write to; create it first", null);
    }
    folder = parent;
    part = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
  }

  @Override
  public void write(FeatureBatch batch) {
    checkOpen();
    try (FeatureBatch plain = PlainColumns.of(batch)) {
      sink(plain.root().getSchema()).write(plain);
      rows += plain.rows();
    } catch (IOException | DataException e) {
      throw failed(e);
    }
  }

  private RowSink sink(Schema columns) throws IOException {
    RowSink open = sink;
    if (open == null) {
      open =
          format == DataFormat.PARQUET
              ? DataEngine.find("Parquet files").parquet(part, columns, options)
              : new IpcWriter(part, columns, options);
      sink = open;
      schema = columns;
    } else if (schema != null && !schema.getFields().equals(columns.getFields())) {
      throw new IllegalArgumentException(
          file
              + ": found a batch with the columns "
              + columns.getFields()
              + ", expected those of the first batch: "
              + schema.getFields());
    }
    return open;
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public void commit() {
    checkOpen();
    RowSink open = sink;
    if (open == null) {
      throw new IllegalStateException(
          file + ": found no batch, expected one that sets the columns; it may have no rows");
    }
    try {
      open.finish();
      open.close();
      Disk.replace(part, file.toAbsolutePath(), folder);
      state = State.COMMITTED;
    } catch (IOException | DataException e) {
      throw failed(e);
    }
  }

  private void checkOpen() {
    switch (state) {
      case COMMITTED -> throw new IllegalStateException(file + ": the file is committed");
      case FAILED ->
          throw new IllegalStateException(file + ": writing failed; open another writer");
      case CLOSED -> throw new IllegalStateException(file + ": the writer is closed");
      default -> {}
    }
  }

  private DataException failed(Exception e) {
    state = State.FAILED;
    return new DataException(
        file + ": cannot be written, an earlier file of that name is unchanged: " + e.getMessage(),
        e);
  }

  @Override
  public void close() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    RowSink open = sink;
    sink = null;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      throw new DataException(file + ": cannot be closed: " + e, e);
    } finally {
      Disk.deleteQuietly(part);
    }
  }
}
