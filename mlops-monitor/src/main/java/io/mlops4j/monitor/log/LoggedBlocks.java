package io.mlops4j.monitor.log;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.log.file.Frames.DamagedException;
import io.mlops4j.monitor.log.file.LogFolder;
import io.mlops4j.monitor.log.file.Segment;
import io.mlops4j.monitor.log.file.SegmentIndex;
import io.mlops4j.monitor.log.file.SegmentIndex.Entry;
import io.mlops4j.monitor.log.file.SegmentReader;
import io.mlops4j.monitor.log.file.Selection;
import io.mlops4j.monitor.log.row.LogSchema;
import io.mlops4j.monitor.log.row.LogSchema.Column;
import io.mlops4j.monitor.log.row.LogSchema.Role;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes through the chosen rows of a folder, block by block. Damaged blocks are skipped. */
final class LoggedBlocks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoggedPredictions.class);

  private final Path folder;
  private final BufferAllocator allocator;
  private final Selection selection;
  private final AtomicLong damagedRows;
  private final Iterator<Segment> segments;
  private @Nullable SegmentReader reader;
  private @Nullable LogSchema schema;
  private Iterator<Entry> entries = List.<Entry>of().iterator();

  /** Rows of one file, which the caller closes. */
  record Rows(LogSchema schema, VectorSchemaRoot root) {}

  LoggedBlocks(
      Path folder, BufferAllocator allocator, Selection selection, AtomicLong damagedRows) {
    this.folder = folder;
    this.allocator = allocator;
    this.selection = selection;
    this.damagedRows = damagedRows;
    try {
      this.segments = LogFolder.segments(folder).iterator();
    } catch (NoSuchFileException e) {
      throw new DataException(
          folder + ": found no such folder, expected that of a prediction log", e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private DataException unreadable(IOException e) {
    return new DataException(folder + ": cannot read the prediction log: " + e.getMessage(), e);
  }

  /** The names of the key columns of the remaining files; ends early at the one that is wanted. */
  Set<String> keys(String wanted) {
    Set<String> keys = new TreeSet<>();
    while (segments.hasNext() && !keys.contains(wanted)) {
      try (SegmentReader next = SegmentReader.open(segments.next())) {
        if (next != null && !next.index().entries().isEmpty()) {
          next.schema().columns(Role.KEY).stream().map(Column::name).forEach(keys::add);
        }
      } catch (DamagedException | EOFException e) {
        LOG.debug("{}: the schema of a file cannot be read", folder, e);
      } catch (IOException e) {
        throw unreadable(e);
      }
    }
    return keys;
  }

  /** Returns the next rows; null at the end. */
  @Nullable Rows next() {
    try {
      while (entries.hasNext() || nextSegment()) {
        Rows rows = entries.hasNext() ? read(entries.next()) : null;
        if (rows != null) {
          return rows;
        }
      }
      return null;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Passes all remaining rows on, and frees them. */
  void forEach(BiConsumer<LogSchema, VectorSchemaRoot> action) {
    for (Rows rows = next(); rows != null; rows = next()) {
      try (VectorSchemaRoot root = rows.root()) {
        action.accept(rows.schema(), root);
      }
    }
  }

  private boolean nextSegment() throws IOException {
    close();
    if (!segments.hasNext()) {
      return false;
    }
    Segment segment = segments.next();
    if (!mayHold(segment)) {
      return true;
    }
    SegmentReader next = SegmentReader.open(segment);
    reader = next;
    if (next != null) {
      damaged(next.index().lostRows(), "the index is damaged");
      if (!next.index().entries().isEmpty()) {
        begin(next);
      }
    }
    return true;
  }

  /** Checks the seal and filter of a complete file, so that its index is not read in vain. */
  private boolean mayHold(Segment segment) throws IOException {
    try {
      return SegmentIndex.mayHold(segment.index(), selection);
    } catch (NoSuchFileException e) {
      return true; // it was replaced
    }
  }

  private void begin(SegmentReader next) throws IOException {
    try {
      LogSchema found = next.schema();
      if (selection.mayHold(found)) {
        schema = found;
        entries = next.index().entries().iterator();
      }
    } catch (DamagedException | EOFException e) {
      long rows = next.index().entries().stream().mapToLong(Entry::rows).sum();
      damaged(rows, Objects.requireNonNullElse(e.getMessage(), "damaged"));
    }
  }

  private @Nullable Rows read(Entry entry) throws IOException {
    SegmentReader from = Objects.requireNonNull(reader);
    LogSchema columns = Objects.requireNonNull(schema);
    if (!selection.mayHold(entry)) {
      return null;
    }
    VectorSchemaRoot root;
    try {
      root = from.read(columns, entry, allocator);
    } catch (DamagedException | EOFException e) {
      damaged(entry.rows(), Objects.requireNonNullElse(e.getMessage(), "damaged"));
      return null;
    }
    try {
      BitSet rows = selection.rows(columns, root);
      if (rows.cardinality() == root.getRowCount()) {
        return new Rows(columns, root);
      }
      VectorSchemaRoot chosen =
          rows.isEmpty() ? null : SegmentReader.copy(columns, root, rows, allocator);
      root.close();
      return chosen == null ? null : new Rows(columns, chosen);
    } catch (RuntimeException | Error e) {
      root.close();
      throw e;
    }
  }

  private void damaged(long rows, String why) {
    if (rows > 0) {
      damagedRows.addAndGet(rows);
      LOG.warn(
          "{}: {} rows cannot be read: {}",
          Objects.requireNonNull(reader).segment().data(),
          rows,
          why);
    }
  }

  @Override
  public void close() {
    SegmentReader ended = reader;
    reader = null;
    entries = List.<Entry>of().iterator();
    try {
      if (ended != null) {
        ended.close();
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }
}
