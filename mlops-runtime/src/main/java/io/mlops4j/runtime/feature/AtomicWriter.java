package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Writes beside the final file, and moves the complete file to its name. */
final class AtomicWriter implements FeatureWriter {
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
  private @Nullable Sink sink;
  private @Nullable Schema schema;
  private long rows;
  private State state = State.OPEN;

  AtomicWriter(Path file, DataFormat format) {
    this.file = file;
    this.format = format;
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
    try (FeatureBatch plain = plain(batch)) {
      sink(plain.root().getSchema()).write(plain);
      rows += plain.rows();
    } catch (IOException | DataException e) {
      throw failed(e);
    }
  }

  private Sink sink(Schema columns) throws IOException {
    Sink open = sink;
    if (open == null) {
      open = format == DataFormat.PARQUET ? new ParquetWriter(part, columns) : ipc(columns);
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

  private Sink ipc(Schema columns) throws IOException {
    return new IpcWriter(part, columns);
  }

  /** Returns a handle on the rows with the values of dictionary-encoded columns. */
  private static FeatureBatch plain(FeatureBatch batch) {
    List<FieldVector> columns = batch.root().getFieldVectors();
    if (columns.stream().allMatch(column -> column.getField().getDictionary() == null)) {
      return batch.retain();
    }
    List<FieldVector> decoded = new ArrayList<>();
    try (FeatureBatch kept = batch.retain()) {
      for (FieldVector column : kept.root().getFieldVectors()) {
        decoded.add(decoded(column, kept));
      }
    } catch (RuntimeException e) { // such as an index that the dictionary lacks
      AutoCloseables.close(e, decoded);
      throw e;
    }
    try (VectorSchemaRoot root = new VectorSchemaRoot(decoded)) {
      root.setRowCount(batch.rows());
      return FeatureBatch.owning(root);
    }
  }

  private static FieldVector decoded(FieldVector column, FeatureBatch batch) {
    var encoding = column.getField().getDictionary();
    if (encoding == null) {
      var pair = column.getTransferPair(column.getAllocator());
      pair.splitAndTransfer(0, column.getValueCount());
      return (FieldVector) pair.getTo();
    }
    var dictionary = batch.dictionaries().lookup(encoding.getId());
    return (FieldVector) DictionaryEncoder.decode(column, dictionary);
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public void commit() {
    checkOpen();
    Sink open = sink;
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
    Sink open = sink;
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
