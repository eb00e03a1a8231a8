package io.mlops4j.monitor.log.file;

import io.mlops4j.internal.IpcMessages;
import io.mlops4j.monitor.internal.BackgroundThread;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Writes and reads frames: the messages of an Arrow IPC stream with a checksum each.
 *
 * <p>A frame is parsed only after its checksum was compared, so that damaged bytes never reach
 * Arrow.
 */
public final class Frames {
  private static final int PREFIX = 8;
  private static final int CHUNK = 1 << 16;

  private Frames() {}

  /** Where a frame lies, with the checksum of its bytes. */
  record Frame(long offset, long length, int crc) {
    long end() {
      return offset + length;
    }
  }

  /** The bytes of a frame are not the ones that were written. */
  public static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String message, Throwable cause) {
      super(message, cause);
    }

    DamagedException(String message) {
      super(message);
    }
  }

  static Frame write(FileChannel channel, Schema schema) throws IOException {
    Output out = new Output(channel, 0);
    out.messages.schema(schema);
    return out.end();
  }

  static Frame write(
      FileChannel channel, long offset, VectorSchemaRoot rows, CompressionCodec codec)
      throws IOException {
    Output out = new Output(channel, offset);
    ArrowBlock unused = out.messages.rows(rows, codec);
    return out.end();
  }

  /** Writes behind an offset, and adds the bytes to the checksum. */
  private static final class Output {
    private final FileChannel channel;
    private final long offset;
    private final IpcMessages messages = new IpcMessages(this::write);
    private final CRC32C crc = new CRC32C();
    private long written;

    Output(FileChannel channel, long offset) {
      this.channel = channel;
      this.offset = offset;
    }

    private void write(ByteBuffer bytes) throws IOException {
      BackgroundThread.giveWay();
      crc.update(bytes.duplicate());
      while (bytes.hasRemaining()) {
        written += channel.write(bytes, offset + written);
      }
    }

    Frame end() throws IOException {
      messages.flush();
      return new Frame(offset, written, (int) crc.getValue());
    }
  }

  static Schema readSchema(FileChannel channel, Frame frame) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(frame.length()));
    CRC32C crc = new CRC32C();
    read(channel, frame.offset(), bytes, crc);
    check(frame, crc);
    try {
      return MessageSerializer.deserializeSchema(
          Message.getRootAsMessage(bytes.slice(PREFIX, bytes.limit() - PREFIX)));
    } catch (RuntimeException e) {
      throw new DamagedException("the schema cannot be parsed: " + e.getMessage(), e);
    }
  }

  /** Loads the rows of a frame; nothing stays allocated if it is damaged. */
  static void read(
      FileChannel channel, Frame frame, VectorSchemaRoot into, BufferAllocator allocator)
      throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer prefix = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN);
    read(channel, frame.offset(), prefix, crc);
    long length = prefix.getInt(4);
    if (length < 0 || length > frame.length() - PREFIX) {
      throw damaged(frame);
    }
    ByteBuffer metadata = ByteBuffer.allocate((int) length);
    read(channel, frame.offset() + PREFIX, metadata, crc);
    long bodyLength = frame.length() - PREFIX - length;
    ArrowBuf body = allocator.buffer(bodyLength);
    ArrowRecordBatch batch;
    try {
      readBody(channel, frame.end() - bodyLength, bodyLength, body, crc);
      check(frame, crc);
      batch = MessageSerializer.deserializeRecordBatch(Message.getRootAsMessage(metadata), body);
    } catch (IOException | RuntimeException e) {
      ReferenceManager holders = body.getReferenceManager();
      holders.release(holders.getRefCount());
      throw e instanceof IOException known ? known : new DamagedException(text(frame), e);
    }
    try (batch) {
      if (batch.getBodyCompression().getCodec() == NoCompressionCodec.COMPRESSION_TYPE) {
        new VectorLoader(into).load(batch);
      } else {
        OptionalZstd.load(into, batch);
      }
    } catch (RuntimeException e) {
      throw new DamagedException(text(frame), e);
    }
  }

  private static void readBody(
      FileChannel channel, long start, long length, ArrowBuf body, CRC32C crc) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, length));
    for (long done = 0; done < length; done += chunk.position()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), length - done));
      read(channel, start + done, chunk, crc);
      chunk.position(chunk.limit());
      body.setBytes(done, chunk.array(), 0, chunk.limit());
    }
    body.writerIndex(length);
  }

  /** Fills the buffer, leaves it readable from its beginning and adds its bytes to the checksum. */
  private static void read(FileChannel channel, long offset, ByteBuffer into, CRC32C crc)
      throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into, offset + into.position()) < 0) {
        throw new EOFException("the file ends inside the frame at " + offset);
      }
    }
    into.flip();
    crc.update(into.duplicate());
  }

  private static void check(Frame frame, CRC32C crc) throws DamagedException {
    if ((int) crc.getValue() != frame.crc()) {
      throw damaged(frame);
    }
  }

  private static DamagedException damaged(Frame frame) {
    return new DamagedException(text(frame));
  }

  private static String text(Frame frame) {
    return "the %d bytes at %d do not match their checksum"
        .formatted(frame.length(), frame.offset());
  }
}
