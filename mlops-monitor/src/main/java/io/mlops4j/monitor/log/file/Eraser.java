package io.mlops4j.monitor.log.file;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.monitor.internal.OwnedFolder;
import io.mlops4j.monitor.log.file.Frames.DamagedException;
import io.mlops4j.monitor.log.file.SegmentIndex.Entry;
import io.mlops4j.monitor.log.file.Selection.KeyValue;
import io.mlops4j.monitor.log.row.IdRange;
import io.mlops4j.monitor.log.row.LogSchema;
import io.mlops4j.monitor.log.row.LogSchema.Column;
import io.mlops4j.monitor.log.row.LogSchema.Role;
import io.mlops4j.monitor.log.row.LogSettings;
import io.mlops4j.monitor.log.row.SearchHashes;
import io.mlops4j.monitor.log.row.Vectors;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rewrites files without the rows of a key. The new files are complete on the disk before their
 * names make them count; then the old ones are deleted.
 */
public final class Eraser {
  private static final Logger LOG = LoggerFactory.getLogger("io.mlops4j.monitor.log.PredictionLog");

  private final Selection selection;
  private final KeyValue key;
  private final BufferAllocator allocator;
  private final CompressionCodec codec;
  private long rows;
  private int files;
  private long damagedRows;

  Eraser(String column, String value, LogSettings settings) {
    this.key = new KeyValue(column, value);
    this.selection = Selection.ALL.key(key);
    this.allocator = settings.allocator();
    this.codec = settings.codec();
  }

  /** The rows that were removed. */
  public long rows() {
    return rows;
  }

  /** The files that were rewritten or deleted. */
  public int files() {
    return files;
  }

  /** Rows that were not read, because they are damaged; they were removed, too. */
  public long damagedRows() {
    return damagedRows;
  }

  /**
   * Rewrites a file if it may hold the key.
   *
   * @return the file that holds its other rows: itself, another one, or null if none is left
   */
  @Nullable Segment rewrite(Segment segment) throws IOException {
    if (!Files.exists(segment.index())) {
      return null; // its rows go with those of all files without an index
    }
    boolean mayHold = SegmentIndex.mayHold(segment.index(), selection);
    cutTornTail(segment);
    try (SegmentReader reader = SegmentReader.open(segment)) {
      if (reader == null || reader.index().entries().isEmpty()) {
        // Either gone, or so damaged that its rows cannot be told apart.
        return reader == null ? null : mayHold ? dropAll(reader) : segment;
      }
      LogSchema schema;
      try {
        schema = reader.schema();
      } catch (DamagedException | EOFException e) {
        return mayHold ? dropAll(reader) : segment;
      }
      return isAffected(reader, schema, mayHold) ? rewrite(segment, reader, schema) : segment;
    }
  }

  /** A write that failed may have left bytes of rows that were then written to another file. */
  private static void cutTornTail(Segment segment) throws IOException {
    if (Files.exists(segment.data())
        && Files.size(segment.data()) > SegmentIndex.read(segment.index()).dataBytes()
        && SegmentIndex.readSeal(segment.index()) == null) {
      SegmentWriter.repair(segment);
    }
  }

  /** Deletes rows that cannot be told apart because there is no index of them. */
  void delete(Path data) throws IOException {
    LOG.warn(
        "{}: found no index of this file, so it cannot be known whose rows it holds; an erasure"
            + " deletes it",
        data);
    files++;
    Files.deleteIfExists(data);
    OwnedFolder.force(LogFolder.folderOf(data));
  }

  private @Nullable Segment dropAll(SegmentReader reader) throws IOException {
    damagedRows += reader.index().rows();
    files++;
    LogFolder.delete(reader.segment());
    return null;
  }

  /** The filters of a file do not know the values of a column that was written as a feature. */
  private boolean isAffected(SegmentReader reader, LogSchema schema, boolean mayHold)
      throws IOException {
    boolean filtered = key.in(schema) != null;
    if (key.anywhere(schema) == null || (filtered && !mayHold)) {
      return false;
    }
    if (reader.index().lostRows() > 0) {
      return true;
    }
    for (Entry entry : reader.index().entries()) {
      if (!filtered || selection.mayHold(entry)) {
        try (VectorSchemaRoot root = reader.read(schema, entry, allocator)) {
          if (!selection.rows(schema, root).isEmpty()) {
            return true;
          }
        } catch (DamagedException | EOFException e) {
          return true;
        }
      }
    }
    return false;
  }

  private @Nullable Segment rewrite(Segment segment, SegmentReader reader, LogSchema schema)
      throws IOException {
    Segment next = segment.next();
    Path data = aside(next.data());
    Path index = aside(next.index());
    damagedRows += reader.index().lostRows();
    SegmentWriter writer = SegmentWriter.create(data, index, schema, codec);
    try {
      for (Entry entry : reader.index().entries()) {
        copy(reader, schema, entry, writer);
      }
      if (writer.rows() > 0) {
        writer.seal();
      }
    } catch (IOException | RuntimeException e) {
      writer.abandon();
      OwnedFolder.deleteQuietly(data);
      OwnedFolder.deleteQuietly(index);
      throw e;
    }
    files++;
    boolean remains = writer.rows() > 0;
    if (remains) {
      move(data, next.data());
      move(index, next.index()); // from now on the new file counts
    } else {
      writer.abandon();
    }
    LogFolder.delete(segment);
    return remains ? next : null;
  }

  private static Path aside(Path file) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + Segment.NEW);
    Files.deleteIfExists(aside);
    return aside;
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    OwnedFolder.force(LogFolder.folderOf(to));
  }

  private void copy(SegmentReader reader, LogSchema schema, Entry entry, SegmentWriter writer)
      throws IOException {
    try (VectorSchemaRoot root = reader.read(schema, entry, allocator)) {
      BitSet kept = selection.rows(schema, root);
      rows += kept.cardinality();
      kept.flip(0, root.getRowCount());
      if (!kept.isEmpty()) {
        try (VectorSchemaRoot rest = SegmentReader.copy(schema, root, kept, allocator)) {
          writer.append(rest, entry.minAt(), entry.maxAt(), ids(rest), hashes(schema, rest));
        }
      }
    } catch (DamagedException | EOFException e) {
      damagedRows += entry.rows();
    }
  }

  private static IdRange ids(VectorSchemaRoot root) {
    VarCharVector ids = Vectors.text(root, LogSchema.ID);
    IdRange range = IdRange.NONE;
    for (int row = 0; row < root.getRowCount(); row++) {
      range = range.with(PredictionId.parse(Vectors.text(ids, row)));
    }
    return range;
  }

  private static SearchHashes hashes(LogSchema schema, VectorSchemaRoot root) {
    SearchHashes hashes = new SearchHashes();
    VarCharVector ids = Vectors.text(root, LogSchema.ID);
    VarCharVector traces = Vectors.text(root, LogSchema.TRACE);
    for (int row = 0; row < root.getRowCount(); row++) {
      hashes.addId(Vectors.text(ids, row));
      hashes.addTrace(Vectors.key(traces, row));
      for (Column column : schema.columns(Role.KEY)) {
        FieldVector values = Objects.requireNonNull(root.getVector(column.field().getName()));
        hashes.addKey(column.name(), Vectors.key(values, row));
      }
    }
    return hashes;
  }
}
