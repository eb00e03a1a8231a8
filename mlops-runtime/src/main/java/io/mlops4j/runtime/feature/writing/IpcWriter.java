package io.mlops4j.runtime.feature.writing;

import com.google.flatbuffers.FlatBufferBuilder;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.internal.IpcMessages;
import io.mlops4j.runtime.feature.engine.RowSink;
import io.mlops4j.runtime.feature.ipc.Codecs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowFooter;
import org.apache.arrow.vector.types.pojo.Schema;

/** Writes an Arrow IPC file. Source: Arrow Columnar Format 1.5, "IPC File Format". */
final class IpcWriter implements RowSink {
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  private final FileChannel channel;
  private final Schema schema;
  private final IpcMessages out;
  private final List<ArrowBlock> blocks = new ArrayList<>();
  private final CompressionCodec codec;

  IpcWriter(Path file, Schema schema, WriteOptions options) throws IOException {
    this.schema = schema;
    this.codec =
        switch (options.compression().orElse(WriteOptions.Compression.NONE)) {
          case NONE -> NoCompressionCodec.INSTANCE;
          case LZ4 -> Codecs.codec(CodecType.LZ4_FRAME);
          case ZSTD -> Codecs.codec(CodecType.ZSTD);
        };
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    out = new IpcMessages(this::writeAll);
    out.put(ByteBuffer.wrap(MAGIC));
    out.zeros(2);
    out.schema(schema);
  }

  @Override
  public void write(FeatureBatch batch) throws IOException {
    blocks.add(out.rows(batch.root(), codec));
  }

  @Override
  public void finish() throws IOException {
    out.number(-1); // the end of the messages
    out.number(0);
    FlatBufferBuilder builder = new FlatBufferBuilder();
    builder.finish(new ArrowFooter(schema, List.of(), blocks).writeTo(builder));
    ByteBuffer footer = builder.dataBuffer();
    int length = footer.remaining();
    out.put(footer);
    out.number(length);
    out.put(ByteBuffer.wrap(MAGIC));
    out.flush();
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
