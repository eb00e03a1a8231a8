package io.mlops4j.monitor.log.row;

import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.monitor.internal.BackgroundThread;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Rows of one file that wait for being written together. Used by the log's thread only. */
public final class RowBlock implements AutoCloseable {
  /** The largest time that is told apart from later ones. */
  public static final long MOST_MICROS = Long.MAX_VALUE / 2;

  private static final int MOST_ROWS = 1 << 16;
  private static final long MOST_BYTES = 8L << 20;
  private static final Phase[] PHASES = Phase.values();

  private final LogSchema schema;
  private final BufferAllocator allocator;
  private final long mostBytes;
  private VectorSchemaRoot root;
  private final SearchHashes hashes = new SearchHashes();
  private long minAt = Long.MAX_VALUE;
  private long maxAt = Long.MIN_VALUE;
  private IdRange ids = IdRange.NONE;
  private long bytes;
  private boolean allocated;
  private int expected = 1; // small at first, because a row may be an image
  private final IdTexts idTexts = new IdTexts();

  public RowBlock(LogSchema schema, LogSettings settings) {
    this.schema = schema;
    this.allocator = settings.allocator();
    this.mostBytes = Math.min(MOST_BYTES, settings.partBytes());
    this.root = make();
  }

  /** Columns that {@link #allocate} must allocate. */
  private VectorSchemaRoot make() {
    return VectorSchemaRoot.create(schema.appended(), allocator);
  }

  /** For as many rows as last time, so that the vectors need not grow step by step. */
  private void allocate() {
    root.getFieldVectors().forEach(vector -> vector.setInitialCapacity(expected));
    root.allocateNew();
    allocated = true;
    root.setRowCount(0);
  }

  /** The microseconds since 1970, within 146 000 years of it. */
  public static long micros(Instant at) {
    boolean near = Math.abs(at.getEpochSecond()) <= MOST_MICROS / 1_000_000;
    return near
        ? ChronoUnit.MICROS.between(Instant.EPOCH, at)
        : Long.signum(at.getEpochSecond()) * MOST_MICROS;
  }

  public static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  public int rows() {
    return root.getRowCount();
  }

  /** How many further rows of this size there is room for; at least one if the block is empty. */
  public int room(long bytesPerRow) {
    long room = Math.min(MOST_ROWS - rows(), (mostBytes - bytes) / bytesPerRow);
    return (int) Math.max(rows() == 0 ? 1 : 0, room);
  }

  public VectorSchemaRoot root() {
    return root;
  }

  public SearchHashes hashes() {
    return hashes;
  }

  public IdRange ids() {
    return ids;
  }

  public long minAt() {
    return minAt;
  }

  public long maxAt() {
    return maxAt;
  }

  /** Appends a range of the rows of a call; all of it or none. */
  public void append(LoggedCall call, PreparedRows rows, int from, int count) {
    int before = rows();
    int idsBefore = hashes.ids().size();
    int keysBefore = hashes.keys().size();
    try {
      if (!allocated) {
        allocate();
      }
      root.setRowCount(before); // so that every column has as many rows
      appendOwn(call, rows, from, count, before);
      List<FieldVector> all = root.getFieldVectors();
      int first = all.size() - rows.columns().size();
      for (int i = 0; i < rows.columns().size(); i++) {
        BackgroundThread.giveWay();
        FieldVector column = rows.columns().get(i);
        if (!Bulk.copy(all.get(first + i), before, column, from, count)) {
          Vectors.append(all.get(first + i), column, from, count);
        }
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
    ids = ids.with(IdRange.of(call.ids(), from, count));
    bytes += count * rows.bytesPerRow();
  }

  private void appendOwn(LoggedCall call, PreparedRows rows, int from, int count, int before) {
    appendIds(call, from, count, before);
    Bulk.fill(fixed(LogSchema.AT), before, count, micros(call.at()));
    for (Phase phase : PHASES) {
      long took = Objects.requireNonNull(call.nanos().get(phase));
      Bulk.fill(fixed(LogSchema.column(phase)), before, count, took);
    }
    appendTraces(call, from, count, before);
    appendWithheld(rows, from, count, before);
    if (rows.hasKeys()) {
      for (int i = 0; i < count; i++) {
        rows.addKeys(from + i, hashes);
      }
    }
    if (root.getVector(LogSchema.DIGEST) instanceof FixedSizeBinaryVector digests) {
      for (int i = 0; i < count; i++) {
        digests.setSafe(before + i, Objects.requireNonNull(rows.digest(from + i)));
      }
    }
  }

  private BaseFixedWidthVector fixed(String name) {
    return (BaseFixedWidthVector) Objects.requireNonNull(root.getVector(name), name);
  }

  private void appendIds(LoggedCall call, int from, int count, int before) {
    idTexts.clear();
    for (int i = from; i < from + count; i++) {
      RowIds ofCall = call.ids();
      hashes.ids().add(idTexts.add(ofCall.process(i), ofCall.call(i), ofCall.row(i)));
    }
    Bulk.append(Vectors.text(root, LogSchema.ID), before, idTexts);
  }

  /** Rows without a trace are null, as all rows are that were not written. */
  private void appendTraces(LoggedCall call, int from, int count, int before) {
    VarCharVector traces = Vectors.text(root, LogSchema.TRACE);
    for (int i = 0; i < count; i++) {
      String trace = call.traces().get(from + i);
      if (trace != null) {
        traces.setSafe(before + i, trace.getBytes(StandardCharsets.UTF_8));
        hashes.addTrace(trace);
      }
    }
  }

  private void appendWithheld(PreparedRows rows, int from, int count, int before) {
    BitVector withheld = (BitVector) fixed(LogSchema.WITHHELD);
    Bulk.fillFalse(withheld, before, count);
    for (int i = rows.nextWithheld(from);
        i >= 0 && i < from + count;
        i = rows.nextWithheld(i + 1)) {
      withheld.set(before + i - from, 1);
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
    allocated = rows > 0;
  }

  /** Drops the rows after they were written. */
  public void clear() {
    expected = Math.max(1, rows());
    if (keepsMemory()) {
      root.getFieldVectors().forEach(ValueVector::reset);
      root.setRowCount(0);
      allocated = true;
    } else {
      release();
    }
    hashes.clear();
    minAt = Long.MAX_VALUE;
    maxAt = Long.MIN_VALUE;
    ids = IdRange.NONE;
    bytes = 0;
  }

  /**
   * Whether the next block is probably as large. New memory costs more than the rows: the system
   * maps and zeroes each page.
   */
  private boolean keepsMemory() {
    return (bytes >= mostBytes / 2 || rows() >= MOST_ROWS / 2)
        && root.getFieldVectors().stream()
            .allMatch(
                vector ->
                    vector instanceof BaseFixedWidthVector || vector instanceof VarCharVector);
  }

  /** Frees the memory of a block without rows. */
  public void release() {
    root.close();
    root = make();
    allocated = false;
  }

  @Override
  public void close() {
    root.close();
  }
}
