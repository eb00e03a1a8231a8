package io.mlops4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.junit.jupiter.api.Test;

class IpcMessagesTest {
  private static FeatureBatch rows(RootAllocator memory, int count) {
    String[] texts = new String[count];
    double[] numbers = new double[count];
    boolean[] flags = new boolean[count];
    for (int row = 0; row < count; row++) {
      texts[row] = row % 5 == 3 ? null : "row " + row;
      numbers[row] = row / 7.0;
      flags[row] = row % 3 == 0;
    }
    return FeatureBatch.builder(memory)
        .strings("text", texts)
        .doubles("number", numbers)
        .booleans("flag", flags)
        .build();
  }

  /** Arrow's own writer: schema, rows, end of the stream. */
  private static byte[] expected(VectorSchemaRoot rows) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ArrowStreamWriter writer =
        new ArrowStreamWriter(
            rows, new DictionaryProvider.MapDictionaryProvider(), Channels.newChannel(bytes))) {
      writer.start();
      writer.writeBatch();
      writer.end();
    }
    return bytes.toByteArray();
  }

  private static void put(ByteBuffer from, ByteArrayOutputStream to) {
    byte[] bytes = new byte[from.remaining()];
    from.get(bytes);
    to.writeBytes(bytes);
  }

  @Test
  void theBytesAreThoseOfArrowsOwnWriter() throws IOException {
    for (int count : new int[] {0, 1, 13, 10_000}) { // the last one fills several chunks
      try (RootAllocator memory = new RootAllocator();
          FeatureBatch rows = rows(memory, count)) {
        byte[] expected = expected(rows.root());

        ByteArrayOutputStream streamed = new ByteArrayOutputStream();
        IpcMessages out = new IpcMessages(bytes -> put(bytes, streamed));
        out.schema(rows.root().getSchema());
        long schema = out.position();
        ArrowBlock block = out.rows(rows.root(), NoCompressionCodec.INSTANCE);
        assertThat(block.getOffset()).isEqualTo(schema);
        assertThat(block.getOffset() + block.getMetadataLength() + block.getBodyLength())
            .isEqualTo(out.position());
        out.number(-1);
        out.number(0);
        out.flush();
        assertThat(streamed.toByteArray()).as("%d rows", count).isEqualTo(expected);

        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        put(IpcMessages.encode(rows.root().getSchema()), encoded);
        IpcMessages.Encoded message = IpcMessages.encode(rows.root());
        assertThat(message.metadata()).isEqualTo(block.getMetadataLength());
        put(message.bytes(), encoded);
        assertThat(encoded.toByteArray()).isEqualTo(Arrays.copyOf(expected, expected.length - 8));
      }
    }
  }
}
