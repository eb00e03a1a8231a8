package io.mlops4j.runtime.feature.ipc;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.ExtensionFields;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowDictionaryBatch;
import org.apache.arrow.vector.ipc.message.ArrowMessage;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.VectorBatchAppender;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages into vectors. Arrow's own readers leak memory if a message is damaged, and need a
 * JVM flag.
 */
public final class IpcReader extends ArrowReader {
  private final IpcBytes bytes;
  private final IpcLayout layout;
  private final List<String> columns;
  private final Schema all;

  /** The vector of each field of the file; null for a field that is not read. */
  private @Nullable List<@Nullable FieldVector> vectors;

  private boolean started;
  private int dictionariesRead;
  private int batchesRead;
  private long rowsRead;

  private IpcReader(
      IpcBytes bytes, IpcLayout layout, List<String> columns, BufferAllocator allocator) {
    super(allocator, NoCompressionCodec.Factory.INSTANCE); // not used: VectorFiller decompresses
    this.bytes = bytes;
    this.layout = layout;
    this.columns = columns;
    Schema schema = Schema.convertSchema(layout.schema());
    List<Field> fields = schema.getFields().stream().map(IpcReader::recognised).toList();
    this.all = new Schema(fields, schema.getCustomMetadata());
  }

  /**
   * Opens a file.
   *
   * @param file the file; only read
   * @param columns the columns to read, in the order of the batches; empty for all
   * @param check rejects the columns of the file, by an exception, before they are read
   * @param allocator where vectors are allocated; it must outlive the reader
   * @return a reader; the caller closes it
   * @throws DataException if the file cannot be read; names it
   */
  public static IpcReader open(
      Path file, List<String> columns, Consumer<Schema> check, BufferAllocator allocator) {
    IpcBytes bytes = IpcBytes.open(file);
    try {
      IpcReader reader = new IpcReader(bytes, IpcLayout.of(bytes), columns, allocator);
      check.accept(reader.all());
      reader.getVectorSchemaRoot(); // rejects a file of another format here
      return reader;
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw bytes.unreadable(e);
    }
  }

  /**
   * Counts the rows of a file without reading them.
   *
   * @param file the file
   * @return the rows of all its batches
   * @throws IOException if it is damaged, or of another format
   */
  public static long rows(Path file) throws IOException {
    try (IpcBytes bytes = IpcBytes.open(file)) {
      IpcLayout layout = IpcLayout.of(bytes);
      long rows = 0;
      for (IpcMessage next = layout.next(); next != null; next = layout.next()) {
        if (next.metadata().header(new RecordBatch()) instanceof RecordBatch batch
            && next.metadata().headerType() == MessageHeader.RecordBatch) {
          rows += batch.length();
        }
      }
      return rows;
    }
  }

  /**
   * Returns the columns of the file, also those that are not read.
   *
   * @return the columns
   */
  public Schema all() {
    return all;
  }

  /**
   * Returns the number of dictionaries that were read, without those that add to another.
   *
   * @return the number so far
   */
  public int dictionariesRead() {
    return dictionariesRead;
  }

  /**
   * Returns the size of the file.
   *
   * @return its bytes
   */
  public long size() {
    return bytes.size();
  }

  /**
   * Returns the part of the file that was read.
   *
   * @return 0 to 1
   */
  public double done() {
    return (double) layout.position() / bytes.size();
  }

  @Override
  protected Schema readSchema() {
    return columns.isEmpty()
        ? all
        : new Schema(columns.stream().map(all::findField).toList(), all.getCustomMetadata());
  }

  /**
   * A column whose extension type cannot be read keeps its storage type, because it may not be
   * needed.
   */
  private static Field recognised(Field field) {
    try {
      return ExtensionFields.recognise(field);
    } catch (IllegalArgumentException e) {
      return field;
    }
  }

  @Override
  public boolean loadNextBatch() throws IOException {
    prepareLoadNextBatch();
    try {
      return loadNext();
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // A damaged length may request more memory than there is.
      freeVectors();
      throw bytes.unreadable(e, place());
    }
  }

  /** Returns where the message lies that was read last. */
  private String place() {
    return "record batch "
        + batchesRead
        + " (after "
        + rowsRead
        + (rowsRead == 1 ? " row" : " rows")
        + ", at byte "
        + layout.start()
        + "): ";
  }

  private boolean loadNext() throws IOException {
    for (IpcMessage next = layout.next(); next != null; next = layout.next()) {
      byte type = next.metadata().headerType();
      if (type == MessageHeader.RecordBatch) {
        loadRows(next);
        return true;
      }
      if (type != MessageHeader.DictionaryBatch) {
        throw new IOException("found a message of type " + type + ", expected rows");
      }
      loadDictionary(next);
    }
    if (started) {
      return false;
    }
    started = true; // a file without rows has one batch that shows its columns
    getVectorSchemaRoot().allocateNew();
    getVectorSchemaRoot().setRowCount(0);
    return true;
  }

  private void loadRows(IpcMessage message) throws IOException {
    VectorSchemaRoot root = getVectorSchemaRoot();
    started = true;
    try (ArrowRecordBatch batch =
        read(message, chosen(message), MessageSerializer::deserializeRecordBatch)) {
      VectorFiller.fill(all.getFields(), vectors(root), batch);
      Ranges.checkCodes(root, this);
      root.setRowCount(batch.getLength());
      batchesRead++;
      rowsRead += batch.getLength();
    }
  }

  private List<@Nullable FieldVector> vectors(VectorSchemaRoot root) {
    List<@Nullable FieldVector> found = vectors;
    if (found == null) {
      found = new ArrayList<>();
      for (int i = 0; i < all.getFields().size(); i++) {
        Field field = all.getFields().get(i);
        found.add(columns.isEmpty() ? root.getVector(i) : root.getVector(field.getName()));
      }
      vectors = found;
    }
    return found;
  }

  /** Returns the parts of the body that the chosen columns need. */
  private Predicate<Integer> chosen(IpcMessage message) {
    if (columns.isEmpty()) {
      return buffer -> true;
    }
    Set<Integer> needed =
        FieldBuffers.of(
            all.getFields(), columns, (RecordBatch) message.metadata().header(new RecordBatch()));
    return needed::contains;
  }

  private void loadDictionary(IpcMessage message) throws IOException {
    try (ArrowDictionaryBatch batch =
        read(message, buffer -> true, MessageSerializer::deserializeDictionaryBatch)) {
      Dictionary dictionary = lookup(batch.getDictionaryId());
      if (dictionary == null && !columns.isEmpty()) {
        return; // of a column that is not read
      }
      if (dictionary == null) {
        throw new IOException(
            "found dictionary " + batch.getDictionaryId() + ", which no column needs");
      }
      FieldVector values = dictionary.getVector();
      if (batch.isDelta()) {
        append(values, batch.getDictionary());
      } else {
        VectorFiller.fill(values, batch.getDictionary());
        dictionariesRead++;
      }
    }
  }

  private void append(FieldVector values, ArrowRecordBatch batch) {
    try (FieldVector more = values.getField().createVector(allocator)) {
      VectorFiller.fill(more, batch);
      VectorBatchAppender.batchAppend(values, more);
    }
  }

  private interface Deserializer<T extends ArrowMessage> {
    /** Owns the body if it succeeds. */
    T apply(org.apache.arrow.flatbuf.Message metadata, ArrowBuf body) throws IOException;
  }

  private <T extends ArrowMessage> T read(
      IpcMessage message, Predicate<Integer> buffers, Deserializer<T> deserializer)
      throws IOException {
    ArrowBuf body = allocator.buffer(message.bodyLength());
    try {
      message.readBody(body, buffers);
      return deserializer.apply(message.metadata(), body);
    } catch (IOException | RuntimeException e) {
      ReferenceManager holders = body.getReferenceManager();
      holders.release(holders.getRefCount());
      throw e;
    }
  }

  private void freeVectors() throws IOException {
    getVectorSchemaRoot().close();
    dictionaries.values().forEach(dictionary -> dictionary.getVector().close());
  }

  @Override
  public long bytesRead() {
    return bytes.size();
  }

  /** Frees the vectors and closes the file; a second call does nothing. */
  @Override
  public void close() {
    try {
      super.close();
    } catch (IOException e) {
      throw new DataException("cannot close the file: " + e, e);
    }
  }

  @Override
  protected void closeReadSource() {
    bytes.close();
  }
}
