package io.mlops4j.runtime.scoring.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowBuffer;
import org.apache.arrow.vector.ipc.message.ArrowMessage;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Some rows as an encapsulated message of the Arrow IPC format. Buffers are copied through the
 * heap, because Arrow's own writer needs a JVM flag.
 *
 * @param metadata the length of prefix and metadata, a multiple of 8
 * @param badRows how many of the rows have null outputs
 * @param firstBad the reason of the first one; empty if there is none
 */
record EncodedChunk(
    Schema schema, ByteBuffer bytes, int metadata, int rows, int badRows, String firstBad) {
  private static final int PREFIX = 8;

  static EncodedChunk of(VectorSchemaRoot root, int badRows, String firstBad) {
    try (ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch()) {
      ByteBuffer metadata = metadata(batch);
      int body = Math.toIntExact(batch.computeBodyLength());
      byte[] bytes = new byte[metadata.remaining() + body];
      int start = metadata.remaining();
      metadata.get(bytes, 0, start);
      List<ArrowBuffer> layout = batch.getBuffersLayout();
      for (int i = 0; i < layout.size(); i++) {
        ArrowBuffer at = layout.get(i);
        int position = start + (int) at.getOffset();
        batch.getBuffers().get(i).getBytes(0, bytes, position, (int) at.getSize());
      }
      return new EncodedChunk(
          root.getSchema(), ByteBuffer.wrap(bytes), start, root.getRowCount(), badRows, firstBad);
    } catch (IOException e) {
      throw new IllegalStateException("cannot write to memory", e);
    }
  }

  /** Returns the first message of a file or stream. */
  static ByteBuffer schemaMessage(Schema schema) {
    return prefixed(MessageSerializer.serializeMetadata(schema, IpcOption.DEFAULT));
  }

  private static ByteBuffer metadata(ArrowMessage message) throws IOException {
    return prefixed(MessageSerializer.serializeMetadata(message, IpcOption.DEFAULT));
  }

  /** Adds the mark and length of the metadata, padded to a multiple of 8. */
  private static ByteBuffer prefixed(ByteBuffer metadata) {
    int padded = (metadata.remaining() + 7) / 8 * 8;
    return ByteBuffer.allocate(PREFIX + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(-1)
        .putInt(padded)
        .put(metadata)
        .position(0);
  }
}
