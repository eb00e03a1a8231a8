package io.mlops4j.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowBuffer;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Writes encapsulated messages of the Arrow IPC format. Bytes go through the heap, because Arrow's
 * own channels need a JVM flag. Source: Arrow Columnar Format 1.5, "Encapsulated message format".
 * One thread.
 */
public final class IpcMessages {
  private static final int CONTINUATION = -1;
  private static final int PREFIX = 8;
  private static final int ALIGNMENT = 8;

  private final byte[] array;
  private final ByteBuffer chunk;
  private final Target target;
  private long flushed;

  /** Where the bytes go. */
  @FunctionalInterface
  public interface Target {
    /**
     * Writes bytes.
     *
     * @param bytes all that remain are written; the buffer is used again
     * @throws IOException if that fails
     */
    void write(ByteBuffer bytes) throws IOException;
  }

  /**
   * A message in memory.
   *
   * @param bytes all of them
   * @param metadata the length of prefix and metadata, behind which the body begins
   */
  public record Encoded(ByteBuffer bytes, int metadata) {}

  /**
   * Writes nothing yet.
   *
   * @param target gets the bytes in chunks of 64 KiB
   */
  public IpcMessages(Target target) {
    this(new byte[1 << 16], target);
  }

  private IpcMessages(byte[] array, Target target) {
    this.array = array;
    this.chunk = ByteBuffer.wrap(array);
    this.target = target;
  }

  /**
   * Returns the message of a schema, the first one of a file or stream.
   *
   * @param schema the columns
   * @return its bytes
   * @throws IOException not in memory
   */
  public static ByteBuffer encode(Schema schema) throws IOException {
    ByteBuffer metadata = MessageSerializer.serializeMetadata(schema, IpcOption.DEFAULT);
    return inMemory(metadata, 0, none -> {});
  }

  /**
   * Returns the message of some rows, without compression.
   *
   * @param rows the rows, which stay as they are
   * @return its bytes
   * @throws IOException not in memory
   */
  public static Encoded encode(VectorSchemaRoot rows) throws IOException {
    try (ArrowRecordBatch batch = unload(rows, NoCompressionCodec.INSTANCE)) {
      ByteBuffer metadata = MessageSerializer.serializeMetadata(batch, IpcOption.DEFAULT);
      int body = Math.toIntExact(batch.computeBodyLength());
      ByteBuffer bytes = inMemory(metadata, body, out -> out.body(batch));
      return new Encoded(bytes, bytes.remaining() - body);
    }
  }

  private interface Body {
    void writeTo(IpcMessages out) throws IOException;
  }

  private static ByteBuffer inMemory(ByteBuffer metadata, int body, Body writer)
      throws IOException {
    int size = Math.addExact(PREFIX + padded(metadata.remaining()), body);
    byte[] bytes = new byte[size];
    IpcMessages out =
        new IpcMessages(
            bytes,
            full -> {
              throw new IllegalStateException("a message is longer than its lengths say");
            });
    out.message(metadata);
    writer.writeTo(out);
    return ByteBuffer.wrap(bytes, 0, (int) out.position());
  }

  /**
   * Returns the number of bytes that were put.
   *
   * @return those that wait included
   */
  public long position() {
    return flushed + chunk.position();
  }

  /**
   * Writes a schema.
   *
   * @param schema the columns
   * @throws IOException of the target
   */
  public void schema(Schema schema) throws IOException {
    message(MessageSerializer.serializeMetadata(schema, IpcOption.DEFAULT));
  }

  /**
   * Writes rows.
   *
   * @param rows the rows, which stay as they are
   * @param codec compresses each buffer
   * @return where they are
   * @throws IOException of the target
   */
  public ArrowBlock rows(VectorSchemaRoot rows, CompressionCodec codec) throws IOException {
    try (ArrowRecordBatch batch = unload(rows, codec)) {
      long start = position();
      message(MessageSerializer.serializeMetadata(batch, IpcOption.DEFAULT));
      int metadata = (int) (position() - start);
      body(batch);
      return new ArrowBlock(start, metadata, batch.computeBodyLength());
    }
  }

  private static ArrowRecordBatch unload(VectorSchemaRoot rows, CompressionCodec codec) {
    return new VectorUnloader(rows, true, new WholeBuffers(codec), true).getRecordBatch();
  }

  /**
   * Arrow states the length of the offset of an empty list even if it has no memory for it. Such a
   * buffer becomes zeros before anything reads it.
   */
  private record WholeBuffers(CompressionCodec codec) implements CompressionCodec {
    @Override
    public ArrowBuf compress(BufferAllocator allocator, ArrowBuf buffer) {
      long length = buffer.writerIndex();
      if (length <= buffer.capacity()) {
        return codec.compress(allocator, buffer);
      }
      ArrowBuf zeros = allocator.buffer(length);
      zeros.setZero(0, length);
      zeros.writerIndex(length);
      buffer.close();
      return codec.compress(allocator, zeros);
    }

    @Override
    public ArrowBuf decompress(BufferAllocator allocator, ArrowBuf buffer) {
      return codec.decompress(allocator, buffer);
    }

    @Override
    public CompressionUtil.CodecType getCodecType() {
      return codec.getCodecType();
    }
  }

  /** Continuation, length and metadata, padded so that the body is aligned. */
  private void message(ByteBuffer metadata) throws IOException {
    int length = metadata.remaining();
    number(CONTINUATION);
    number(padded(length));
    put(metadata);
    zeros(padded(length) - length);
  }

  private static int padded(int length) {
    return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void body(ArrowRecordBatch batch) throws IOException {
    long start = position();
    List<ArrowBuffer> layout = batch.getBuffersLayout();
    for (int i = 0; i < layout.size(); i++) {
      zeros(start + layout.get(i).getOffset() - position());
      put(batch.getBuffers().get(i), layout.get(i).getSize());
    }
    zeros(start + batch.computeBodyLength() - position());
  }

  /**
   * Puts a little-endian number.
   *
   * @param value the number
   * @throws IOException of the target
   */
  public void number(int value) throws IOException {
    put(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).flip());
  }

  /**
   * Puts zeros.
   *
   * @param count how many bytes, at most 2 GiB
   * @throws IOException of the target
   */
  public void zeros(long count) throws IOException {
    put(ByteBuffer.allocate((int) count));
  }

  /**
   * Puts bytes.
   *
   * @param bytes all that remain
   * @throws IOException of the target
   */
  public void put(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      room();
      int count = Math.min(chunk.remaining(), bytes.remaining());
      chunk.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
    }
  }

  private void put(ArrowBuf buffer, long size) throws IOException {
    for (long done = 0; done < size; ) {
      room();
      int bytes = (int) Math.min(chunk.remaining(), size - done);
      buffer.getBytes(done, array, chunk.position(), bytes);
      chunk.position(chunk.position() + bytes);
      done += bytes;
    }
  }

  private void room() throws IOException {
    if (!chunk.hasRemaining()) {
      flush();
    }
  }

  /**
   * Hands the bytes that wait to the target.
   *
   * @throws IOException of the target
   */
  public void flush() throws IOException {
    chunk.flip();
    flushed += chunk.remaining();
    target.write(chunk);
    chunk.clear();
  }
}
