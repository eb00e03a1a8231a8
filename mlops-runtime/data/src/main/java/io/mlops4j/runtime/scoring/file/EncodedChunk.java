package io.mlops4j.runtime.scoring.file;

import io.mlops4j.internal.IpcMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Some rows as an encapsulated message of the Arrow IPC format.
 *
 * @param metadata the length of prefix and metadata, a multiple of 8
 * @param badRows how many of the rows have null outputs
 * @param firstBad the reason of the first one; empty if there is none
 */
record EncodedChunk(
    Schema schema, ByteBuffer bytes, int metadata, int rows, int badRows, String firstBad) {
  static EncodedChunk of(VectorSchemaRoot root, int badRows, String firstBad) {
    try {
      IpcMessages.Encoded rows = IpcMessages.encode(root);
      return new EncodedChunk(
          root.getSchema(), rows.bytes(), rows.metadata(), root.getRowCount(), badRows, firstBad);
    } catch (IOException e) {
      throw new IllegalStateException("cannot write to memory", e);
    }
  }
}
