package io.mlops4j.runtime.feature;

import com.google.flatbuffers.FlatBufferBuilder;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.WriteOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowBuffer;
import org.apache.arrow.vector.ipc.message.ArrowFooter;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Writes an Arrow IPC file. Bytes go through the heap, because Arrow's own writer needs a JVM flag.
 * Source: Arrow Columnar Format 1.5, "IPC File Format".
 */
final class IpcWriter implements Sink {
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  private final FileChannel channel;
  private final Schema schema;
  private final ByteBuffer chunk = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
  private final List<ArrowBlock> blocks = new ArrayList<>();
  private final CompressionCodec codec;
  private long flushed;

  IpcWriter(Path file, Schema schema, WriteOptions options) throws IOException {
    this.schema = schema;
    this.codec =
        switch (options.compression().orElse(WriteOptions.Compression.NONE)) {
          case NONE -> NoCompressionCodec.INSTANCE;
          case LZ4 -> OptionalCodecs.codec(CodecType.LZ4_FRAME);
          case ZSTD -> OptionalCodecs.codec(CodecType.ZSTD);
        };
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    put(ByteBuffer.wrap(MAGIC));
    zeros(2);
    message(MessageSerializer.serializeMetadata(schema, IpcOption.DEFAULT));
  }

  @Override
  public void write(FeatureBatch batch) throws IOException {
    VectorSchemaRoot rows = batch.root();
    try (ArrowRecordBatch message = new VectorUnloader(rows, true, codec, true).getRecordBatch()) {
      long start = position();
      message(MessageSerializer.serializeMetadata(message, IpcOption.DEFAULT));
      long body = position();
      List<ArrowBuffer> layout = message.getBuffersLayout();
      for (int i = 0; i < layout.size(); i++) {
        zeros(body + layout.get(i).getOffset() - position());
        put(message.getBuffers().get(i), layout.get(i).getSize());
      }
      zeros(body + message.computeBodyLength() - position());
      blocks.add(new ArrowBlock(start, (int) (body - start), message.computeBodyLength()));
    }
  }

  @Override
  public void finish() throws IOException {
    number(-1); // the end of the messages
    number(0);
    FlatBufferBuilder builder = new FlatBufferBuilder();
    builder.finish(new ArrowFooter(schema, List.of(), blocks).writeTo(builder));
    ByteBuffer footer = builder.dataBuffer();
    int length = footer.remaining();
    put(footer);
    number(length);
    put(ByteBuffer.wrap(MAGIC));
    flush();
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private long position() {
    return flushed + chunk.position();
  }

  /** Continuation, length and metadata, padded so that the body is aligned. */
  private void message(ByteBuffer metadata) throws IOException {
    int padding = -metadata.remaining() & 7;
    number(-1);
    number(metadata.remaining() + padding);
    put(metadata);
    zeros(padding);
  }

  private void number(int value) throws IOException {
    put(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).flip());
  }

  private void zeros(long count) throws IOException {
    put(ByteBuffer.allocate((int) count));
  }

  private void put(ByteBuffer bytes) throws IOException {
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
      buffer.getBytes(done, chunk.array(), chunk.position(), bytes);
      chunk.position(chunk.position() + bytes);
      done += bytes;
    }
  }

  private void room() throws IOException {
    if (!chunk.hasRemaining()) {
      flush();
    }
  }

  private void flush() throws IOException {
    chunk.flip();
    while (chunk.hasRemaining()) {
      flushed += channel.write(chunk);
    }
    chunk.clear();
  }
}
