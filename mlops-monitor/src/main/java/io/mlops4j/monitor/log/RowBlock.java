package io.mlops4j.monitor.log;

import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.monitor.log.LogWorker.Answered;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Rows of one file that wait for being written together. Used by the log's thread only. */
final class RowBlock implements AutoCloseable {
  private static final int MOST_ROWS = 1 << 16;
  private static final long MOST_BYTES = 8L << 20;

  private final LogSchema schema;
  private final BufferAllocator allocator;
  private VectorSchemaRoot root;
  private final RowHashes hashes = new RowHashes();
  private long minAt = Long.MAX_VALUE;
  private long maxAt = Long.MIN_VALUE;
  private IdRange ids = IdRange.NONE;
  private long bytes;

  RowBlock(LogSchema schema, BufferAllocator allocator) {
    this.schema = schema;
    this.allocator = allocator;
    this.root = make();
  }

  private VectorSchemaRoot make() {
    VectorSchemaRoot made = VectorSchemaRoot.create(schema.appended(), allocator);
    try {
      // Small, because a row may be an image; the vectors grow with the rows.
      made.getFieldVectors().forEach(vector -> vector.setInitialCapacity(1));
      made.allocateNew();
      made.setRowCount(0);
      return made;
    } catch (RuntimeException | Error e) {
      made.close();
      throw e;
    }
  }

  static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  int rows() {
    return root.getRowCount();
  }

  /** How many further rows of this size there is room for; at least one if the block is empty. */
  int room(long bytesPerRow) {
    long room = Math.min(MOST_ROWS - rows(), (MOST_BYTES - bytes) / bytesPerRow);
    return (int) Math.max(rows() == 0 ? 1 : 0, room);
  }

  VectorSchemaRoot root() {
    return root;
  }

  RowHashes hashes() {
    return hashes;
  }

  IdRange ids() {
    return ids;
  }

  long minAt() {
    return minAt;
  }

  long maxAt() {
    return maxAt;
  }

  /** Appends a range of the rows of a call; all of it or none. */
  void append(Answered call, PreparedRows rows, int from, int count) {
    int before = rows();
    int idsBefore = hashes.ids().size();
    int keysBefore = hashes.keys().size();
    try {
      root.setRowCount(before); // so that every column has as many rows
      appendOwn(call, rows, from, count, before);
      List<FieldVector> all = root.getFieldVectors();
      int first = all.size() - rows.columns().size();
      for (int i = 0; i < rows.columns().size(); i++) {
        Vectors.append(all.get(first + i), rows.columns().get(i), from, count);
      }
      root.setRowCount(before + count);
    } catch (RuntimeException | Error e) {
      hashes.ids().cutTo(idsBefore);
      hashes.keys().cutTo(keysBefore);
      cutTo(before);
      throw e;
    }
    minAt = Math.min(minAt, micros(call.at()));
    maxAt = Math.max(maxAt, micros(call.at()));
    for (int i = from; i < from + count; i++) {
      ids = ids.with(call.ids().get(i));
    }
    bytes += count * rows.bytesPerRow();
  }

  private void appendOwn(Answered call, PreparedRows rows, int from, int count, int before) {
    VarCharVector idTexts = Vectors.text(root, LogSchema.ID);
    VarCharVector traces = Vectors.text(root, LogSchema.TRACE);
    TimeStampMicroTZVector at =
        (TimeStampMicroTZVector) Objects.requireNonNull(root.getVector(LogSchema.AT));
    BitVector withheld = (BitVector) Objects.requireNonNull(root.getVector(LogSchema.WITHHELD));
    long micros = micros(call.at());
    for (int i = 0; i < count; i++) {
      int to = before + i;
      String id = call.ids().get(from + i).toString();
      idTexts.setSafe(to, id.getBytes(StandardCharsets.UTF_8));
      at.setSafe(to, micros);
      String trace = call.traces().get(from + i);
      if (trace == null) {
        traces.setNull(to);
      } else {
        traces.setSafe(to, trace.getBytes(StandardCharsets.UTF_8));
      }
      hashes.addId(id);
      hashes.addTrace(trace);
      withheld.setSafe(to, rows.isWithheld(from + i) ? 1 : 0);
      rows.addKeys(from + i, hashes);
    }
    for (Phase phase : Phase.values()) {
      BigIntVector nanos =
          (BigIntVector) Objects.requireNonNull(root.getVector(LogSchema.column(phase)));
      long took = Objects.requireNonNull(call.nanos().get(phase));
      for (int i = 0; i < count; i++) {
        nanos.setSafe(before + i, took);
      }
    }
    if (root.getVector(LogSchema.DIGEST) instanceof FixedSizeBinaryVector digests) {
      for (int i = 0; i < count; i++) {
        digests.setSafe(before + i, Objects.requireNonNull(rows.digest(from + i)));
      }
    }
  }

  /** Takes back rows that were added to some of the columns only. */
  private void cutTo(int rows) {
    VectorSchemaRoot whole = make();
    try {
      for (int i = 0; i < root.getFieldVectors().size(); i++) {
        Vectors.append(whole.getVector(i), root.getVector(i), 0, rows);
      }
      whole.setRowCount(rows);
    } catch (RuntimeException | Error e) {
      whole.close();
      throw e;
    }
    root.close();
    root = whole;
  }

  /** Forgets the rows after they were written. */
  void clear() {
    root.close();
    root = make();
    hashes.clear();
    minAt = Long.MAX_VALUE;
    maxAt = Long.MIN_VALUE;
    ids = IdRange.NONE;
    bytes = 0;
  }

  @Override
  public void close() {
    root.close();
  }
}
