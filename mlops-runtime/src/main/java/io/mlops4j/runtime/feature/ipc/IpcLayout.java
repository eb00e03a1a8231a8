package io.mlops4j.runtime.feature.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a file or stream. Source: Arrow Columnar Format 1.5, "Serialization and
 * Interprocess Communication".
 */
final class IpcLayout {
  private static final int MAX_DEPTH = 64;

  /** The bytes of a field's table and of the reference to it. */
  private static final int SMALLEST_FIELD = 8;

  private static final byte[] FILE_MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  private final IpcBytes bytes;
  private final Schema schema;

  /** Where the messages end. */
  private final long end;

  /** The positions of a file's messages; null for a stream. */
  private final @Nullable Iterator<Long> positions;

  private long start;
  private long position;

  private IpcLayout(
      IpcBytes bytes,
      @Nullable Schema schema,
      long position,
      long end,
      @Nullable Iterator<Long> positions)
      throws IOException {
    this.bytes = bytes;
    this.schema = checked(schema, bytes);
    this.position = position;
    this.end = end;
    this.positions = positions;
  }

  Schema schema() {
    return schema;
  }

  /** Returns the end of the last message that was read. */
  long position() {
    return position;
  }

  /** Returns the beginning of the last message that was read, or could not be. */
  long start() {
    return start;
  }

  /** Returns the next message with rows or a dictionary, or null at the end. */
  @Nullable IpcMessage next() throws IOException {
    if (positions != null) {
      if (!positions.hasNext()) {
        return null;
      }
      position = positions.next();
    }
    start = position;
    IpcMessage next = IpcMessage.read(bytes, position, end);
    if (next != null) {
      position = next.end();
    } else if (positions != null) {
      throw new IOException("found no message at position " + position);
    }
    return next;
  }

  static IpcLayout of(IpcBytes bytes) throws IOException {
    if (bytes.size() == 0) {
      throw new IOException(
          "found an empty file, expected an Arrow IPC file or stream; was it written to its end?");
    }
    if (bytes.size() < 8) {
      throw new IOException(OtherFormats.describe(bytes.read(0, bytes.size()).array()));
    }
    ByteBuffer start = bytes.read(0, 8);
    if (start.getInt(0) == IpcMessage.CONTINUATION) {
      return stream(bytes);
    }
    if (isMagic(start)) {
      return file(bytes);
    }
    byte[] first = bytes.read(0, Math.min(bytes.size(), 512)).array();
    throw new IOException(OtherFormats.describe(first));
  }

  private static boolean isMagic(ByteBuffer bytes) {
    return bytes.slice(0, FILE_MAGIC.length).equals(ByteBuffer.wrap(FILE_MAGIC));
  }

  private static IpcLayout stream(IpcBytes bytes) throws IOException {
    IpcMessage first = IpcMessage.read(bytes, 0, bytes.size());
    if (first == null || first.metadata().headerType() != MessageHeader.Schema) {
      throw new IOException("found no schema at the beginning of the stream");
    }
    if (bytes.size() % 8 != 0) {
      throw new IOException(
          "found "
              + bytes.size()
              + " bytes, expected a multiple of 8 as every message is padded; the stream is"
              + " truncated or other bytes follow it");
    }
    Schema schema = (Schema) first.metadata().header(new Schema());
    return new IpcLayout(bytes, schema, first.end(), bytes.size(), null);
  }

  private static IpcLayout file(IpcBytes bytes) throws IOException {
    long tail = bytes.size() - 4 - FILE_MAGIC.length;
    ByteBuffer end = bytes.read(tail, 4 + FILE_MAGIC.length);
    if (!isMagic(end.slice(4, FILE_MAGIC.length))) {
      throw new IOException(
          "found no \"ARROW1\" at its end; the file is truncated or was never finished,"
              + " write or copy it again");
    }
    long start = tail - end.getInt(0);
    Footer footer = Footer.getRootAsFooter(bytes.read(start, end.getInt(0)));
    List<Long> positions = new ArrayList<>();
    for (int i = 0; i < footer.dictionariesLength(); i++) {
      positions.add(footer.dictionaries(i).offset());
    }
    for (int i = 0; i < footer.recordBatchesLength(); i++) {
      positions.add(footer.recordBatches(i).offset());
    }
    return new IpcLayout(bytes, footer.schema(), start, start, positions.iterator());
  }

  private static Schema checked(@Nullable Schema schema, IpcBytes bytes) throws IOException {
    if (schema == null) {
      throw new IOException("found no schema");
    }
    if (schema.endianness() != Endianness.Little) {
      throw new IOException("found big-endian rows, expected little-endian ones; write it again");
    }
    long left = bytes.size() / SMALLEST_FIELD;
    for (int i = 0; i < schema.fieldsLength(); i++) {
      left = counted(schema.fields(i), left, MAX_DEPTH);
    }
    return schema;
  }

  /**
   * Counts a field and its children. Damaged references may form a cycle, in which a conversion to
   * objects would not end.
   *
   * @return the number of further fields that the file can have
   */
  private static long counted(Field field, long left, int depth) throws IOException {
    if (left == 0 || depth == 0) {
      throw new IOException(
          "found fields that refer to each other, or more than "
              + MAX_DEPTH
              + " inside each other");
    }
    long rest = left - 1;
    for (int i = 0; i < field.childrenLength(); i++) {
      rest = counted(field.children(i), rest, depth - 1);
    }
    return rest;
  }
}
