package io.mlops4j.bench.scale;

import io.mlops4j.bench.ratios.Side;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.jspecify.annotations.Nullable;

/**
 * A loop that reads record batches, calls an engine with each, and writes key and probability. It
 * does what a careful author does: floats are passed without a copy, integers are widened into
 * buffers that are made once, and each airport is one {@code String} for the whole file.
 */
abstract class HandWritten implements Side {
  private final Path in;
  private final Path out;
  private final @Nullable String[] airports = new String[1 << 15];
  private LongBuffer hours = longs(0);
  private LongBuffer weekdays = longs(0);

  HandWritten(Path in, String out) {
    this.in = in;
    this.out = in.resolveSibling(out);
  }

  /** The inputs of the model for some rows. */
  @SuppressWarnings("ArrayRecordComponent") // what both APIs take
  record Inputs(
      int rows,
      FloatBuffer distance,
      LongBuffer hour,
      LongBuffer weekday,
      String[] origin,
      String[] destination) {}

  /** The probability of each row. */
  abstract float[] predict(Inputs inputs) throws Exception;

  @Override
  public float run() throws Exception {
    long rows = 0;
    try (RootAllocator memory = new RootAllocator();
        FileInputStream source = new FileInputStream(in.toFile());
        ArrowFileReader reader = new ArrowFileReader(source.getChannel(), memory);
        Float4Vector probability = new Float4Vector("probability", memory);
        FileOutputStream sink = new FileOutputStream(out.toFile());
        FileChannel channel = sink.getChannel()) {
      VectorSchemaRoot batch = reader.getVectorSchemaRoot();
      FieldVector id = batch.getVector("id");
      VectorSchemaRoot scored = VectorSchemaRoot.of(id, probability);
      try (ArrowFileWriter writer = new ArrowFileWriter(scored, null, channel)) {
        while (reader.loadNextBatch()) {
          float[] answers = predict(inputs(batch));
          probability.allocateNew(answers.length);
          for (int row = 0; row < answers.length; row++) {
            probability.set(row, answers[row]);
          }
          probability.setValueCount(answers.length);
          scored.setRowCount(answers.length);
          writer.writeBatch();
          rows += answers.length;
        }
      }
    }
    return rows;
  }

  private Inputs inputs(VectorSchemaRoot batch) {
    int rows = batch.getRowCount();
    hours = widened((SmallIntVector) batch.getVector("hour"), hours, rows);
    weekdays = widened((SmallIntVector) batch.getVector("weekday"), weekdays, rows);
    return new Inputs(
        rows,
        batch
            .getVector("distance")
            .getDataBuffer()
            .nioBuffer(0, rows * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer(),
        hours,
        weekdays,
        texts((VarCharVector) batch.getVector("origin"), rows),
        texts((VarCharVector) batch.getVector("destination"), rows));
  }

  private static LongBuffer widened(SmallIntVector from, LongBuffer spare, int rows) {
    LongBuffer to = spare.capacity() < rows ? longs(rows) : spare;
    to.clear().limit(rows);
    for (int row = 0; row < rows; row++) {
      to.put(row, from.get(row));
    }
    return to;
  }

  private static LongBuffer longs(int rows) {
    return ByteBuffer.allocateDirect(rows * Long.BYTES)
        .order(ByteOrder.nativeOrder())
        .asLongBuffer();
  }

  private String[] texts(VarCharVector from, int rows) {
    ArrowBuf bytes = from.getDataBuffer();
    String[] texts = new String[rows];
    for (int row = 0; row < rows; row++) {
      texts[row] = airport(bytes, from.getStartOffset(row)); // always three letters
    }
    return texts;
  }

  private String airport(ArrowBuf bytes, int at) {
    byte a = bytes.getByte(at);
    byte b = bytes.getByte(at + 1);
    byte c = bytes.getByte(at + 2);
    int number = (a & 31) << 10 | (b & 31) << 5 | (c & 31);
    String known = airports[number];
    if (known == null) {
      known = new String(new byte[] {a, b, c}, StandardCharsets.US_ASCII);
      airports[number] = known;
    }
    return known;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(out);
  }
}
