package io.mlops4j.runtime.feature.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The place of damage in an Arrow file: the number of the record batch and its position. */
class ArrowDamageTest {
  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  record Batch(long position, int body, int bodyLength) {}

  /** Walks from message to message as the format describes it. */
  static List<Batch> batches(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    List<Batch> found = new ArrayList<>();
    int at = file[0] == 'A' ? 8 : 0; // "ARROW1" and two zeros begin a file
    while (at + 8 <= file.length && bytes.getInt(at) == -1 && bytes.getInt(at + 4) > 0) {
      int length = bytes.getInt(at + 4);
      Message message = Message.getRootAsMessage(bytes.slice(at + 8, length));
      int body = at + 8 + length;
      if (message.headerType() == MessageHeader.RecordBatch) {
        found.add(new Batch(at, body, (int) message.bodyLength()));
      }
      at = body + (int) message.bodyLength();
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"plain.arrow", "plain.arrows", "dictionary.arrow", "zstd.arrow", "lz4.arrow"})
  void damageIsNamedByRecordBatchAndPosition(String name) throws IOException {
    byte[] good = Files.readAllBytes(ArrowFilesTest.resource(name));
    List<Batch> batches = batches(good);
    assertThat(batches).hasSize(2);
    for (int number = 0; number < 2; number++) {
      Batch batch = batches.get(number);
      byte[] badBody = good.clone(); // offsets of texts, sizes of compressed parts
      Arrays.fill(badBody, batch.body, batch.body + batch.bodyLength, (byte) 0xf7);
      byte[] badStart = good.clone();
      badStart[(int) batch.position] = 0;
      String place =
          ": not a readable Arrow IPC file: record batch %d (after %d rows, at byte %d): "
              .formatted(number, number == 0 ? 0 : 3, batch.position);
      for (byte[] bad : List.of(badBody, badStart)) {
        Path file = Files.write(folder.resolve("bad.arrow"), bad);
        try (FeatureReader reader = ArrowFiles.open(file, memory)) {
          Iterator<?> rows = reader.iterator();
          if (number == 1) {
            rows.next();
          }
          assertThatThrownBy(rows::hasNext)
              .isInstanceOf(DataException.class)
              .hasMessageStartingWith(file + place);
        }
      }
    }
  }
}
