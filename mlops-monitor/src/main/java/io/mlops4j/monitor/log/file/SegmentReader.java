package io.mlops4j.monitor.log.file;

import io.mlops4j.monitor.log.file.Frames.DamagedException;
import io.mlops4j.monitor.log.file.SegmentIndex.Entry;
import io.mlops4j.monitor.log.row.LogSchema;
import io.mlops4j.monitor.log.row.Vectors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.BitSet;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** Reads the blocks of one file, each after its checksum was compared. */
public final class SegmentReader implements AutoCloseable {
  private static final int TRIES = 5;

  private final Segment segment;
  private final SegmentIndex index;
  private final FileChannel data;

  private SegmentReader(Segment segment, SegmentIndex index, FileChannel data) {
    this.segment = segment;
    this.index = index;
    this.data = data;
  }

  /**
   * Opens a file, or the one that has replaced it meanwhile; null if it was deleted, or has no rows
   * yet.
   */
  public static @Nullable SegmentReader open(Segment listed) throws IOException {
    Segment segment = listed;
    for (int tries = 0; segment != null && tries < TRIES; tries++) {
      try {
        SegmentIndex index = SegmentIndex.read(segment.index());
        FileChannel data = FileChannel.open(segment.data());
        if (!index.entries().isEmpty() || index.seal() != null) {
          return new SegmentReader(segment, index, data);
        }
        data.close();
        return null;
      } catch (NoSuchFileException e) {
        long number = segment.number();
        segment =
            LogFolder.segments(segment.folder()).stream()
                .filter(one -> one.number() == number)
                .findFirst()
                .orElse(null);
      }
    }
    return null;
  }

  public Segment segment() {
    return segment;
  }

  public SegmentIndex index() {
    return index;
  }

  /** Reads the schema; the file has at least one entry. */
  public LogSchema schema() throws IOException {
    try {
      return LogSchema.of(Frames.readSchema(data, index.entries().get(0).schema()));
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new DamagedException("the schema is not that of a prediction log", e);
    }
  }

  /** Reads a block; the caller closes it. */
  public VectorSchemaRoot read(LogSchema schema, Entry entry, BufferAllocator allocator)
      throws IOException {
    VectorSchemaRoot root = VectorSchemaRoot.create(schema.arrow(), allocator);
    try {
      Frames.read(data, entry.frame(), root, allocator);
      return root;
    } catch (IOException | RuntimeException e) {
      root.close();
      throw e;
    }
  }

  /** Copies the chosen rows; the caller closes them. */
  public static VectorSchemaRoot copy(
      LogSchema schema, VectorSchemaRoot root, BitSet rows, BufferAllocator allocator) {
    VectorSchemaRoot chosen = VectorSchemaRoot.create(schema.arrow(), allocator);
    try {
      chosen.getFieldVectors().forEach(vector -> vector.setInitialCapacity(1));
      chosen.allocateNew();
      chosen.setRowCount(0);
      for (int from = rows.nextSetBit(0); from >= 0; ) {
        int to = rows.nextClearBit(from);
        Vectors.append(chosen, root, from, to - from);
        from = rows.nextSetBit(to);
      }
      return chosen;
    } catch (RuntimeException | Error e) {
      chosen.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    data.close();
  }
}
