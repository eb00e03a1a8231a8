package io.mlops4j.monitor.log.file;

import io.mlops4j.monitor.internal.BackgroundThread;
import io.mlops4j.monitor.internal.OwnedFolder;
import io.mlops4j.monitor.log.file.Frames.Frame;
import io.mlops4j.monitor.log.file.SegmentIndex.Entry;
import io.mlops4j.monitor.log.file.SegmentIndex.Seal;
import io.mlops4j.monitor.log.row.Hashes;
import io.mlops4j.monitor.log.row.IdRange;
import io.mlops4j.monitor.log.row.LogSchema;
import io.mlops4j.monitor.log.row.SearchHashes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends blocks of rows to one pair of files. A block is forced to the disk before its index entry
 * is written, and acknowledged when the entry is forced too. After an error the writer must be
 * {@linkplain #abandon abandoned}: a disk that failed to force may claim later that it did.
 */
public final class SegmentWriter {
  private static final Logger LOG = LoggerFactory.getLogger("io.mlops4j.monitor.log.PredictionLog");

  private final Path dataFile;
  private final Path indexFile;
  private final FileChannel data;
  private final FileChannel index;
  private final Frame schema;
  private final CompressionCodec codec;
  private long dataEnd;
  private long indexEnd;
  private long rows;
  private long minAt = Long.MAX_VALUE;
  private long maxAt = Long.MIN_VALUE;
  private IdRange ids = IdRange.NONE;
  private final Hashes.Collected keys = new Hashes.Collected();

  private SegmentWriter(
      Path dataFile,
      Path indexFile,
      FileChannel data,
      FileChannel index,
      Frame schema,
      CompressionCodec codec) {
    this.dataFile = dataFile;
    this.indexFile = indexFile;
    this.data = data;
    this.index = index;
    this.schema = schema;
    this.codec = codec;
    this.dataEnd = schema.length();
  }

  /** Makes two new files. The index is made first, so that no data are ever without one. */
  public static SegmentWriter create(
      Path dataFile, Path indexFile, LogSchema schema, CompressionCodec codec) throws IOException {
    FileChannel index = null;
    FileChannel data = null;
    try {
      index = open(indexFile);
      data = open(dataFile);
      Frame frame = Frames.write(data, schema.arrow());
      OwnedFolder.force(LogFolder.folderOf(dataFile));
      return new SegmentWriter(dataFile, indexFile, data, index, frame, codec);
    } catch (IOException | RuntimeException e) {
      closeQuietly(data, index);
      if (data != null) {
        OwnedFolder.deleteQuietly(dataFile);
      }
      if (index != null) {
        OwnedFolder.deleteQuietly(indexFile);
      }
      throw e;
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Appends rows; they are acknowledged when this returns. */
  public void append(
      VectorSchemaRoot root,
      long blockMinAt,
      long blockMaxAt,
      IdRange blockIds,
      SearchHashes hashes)
      throws IOException {
    Frame frame = Frames.write(data, dataEnd, root, codec);
    data.force(true);
    BackgroundThread.giveWay();
    int blockRows = root.getRowCount();
    ByteBuffer entry =
        SegmentIndex.encode(
            new Entry(
                schema, frame, blockRows, rows, blockMinAt, blockMaxAt, Bloom.of(hashes.all())));
    long entryEnd = write(entry);
    index.force(true);
    dataEnd = frame.end();
    indexEnd = entryEnd;
    rows += blockRows;
    minAt = Math.min(minAt, blockMinAt);
    maxAt = Math.max(maxAt, blockMaxAt);
    ids = ids.with(blockIds);
    if (keys.size() <= FileFilter.MOST_HASHES) {
      keys.addAll(hashes.keys());
    }
  }

  /** Returns where the bytes end. */
  private long write(ByteBuffer bytes) throws IOException {
    long at = indexEnd;
    while (bytes.hasRemaining()) {
      at += index.write(bytes, at);
    }
    return at;
  }

  public long bytes() {
    return dataEnd + indexEnd;
  }

  public long rows() {
    return rows;
  }

  long maxAt() {
    return maxAt;
  }

  /** Marks the files as complete and closes them. */
  public void seal() throws IOException {
    long[] filtered =
        keys.size() <= FileFilter.MOST_HASHES ? keys.distinct() : new long[0]; // too many
    long sealed =
        write(
            SegmentIndex.encode(
                filtered,
                new Seal(dataEnd, rows, minAt, maxAt, ids, FileFilter.bytes(filtered.length))));
    index.force(true);
    indexEnd = sealed;
    closeQuietly(data, index);
  }

  /** Cuts off unacknowledged bytes, as far as the disk allows, and closes the files. */
  public void abandon() {
    try {
      data.truncate(dataEnd);
      index.truncate(indexEnd);
    } catch (IOException e) {
      // The reader ignores what follows the last valid entry, and the next start cuts it off.
    }
    closeQuietly(data, index);
    if (rows == 0) {
      OwnedFolder.deleteQuietly(dataFile);
      OwnedFolder.deleteQuietly(indexFile);
    }
  }

  private static void closeQuietly(@Nullable FileChannel... channels) {
    for (FileChannel channel : channels) {
      try {
        if (channel != null) {
          channel.close();
        }
      } catch (IOException e) {
        // What had to last was forced before.
      }
    }
  }

  /**
   * Cuts off what an earlier process did not acknowledge, and seals the files if they are not.
   * Files without a row are deleted.
   *
   * @return how many bytes were cut off
   */
  static long repair(Segment segment) throws IOException {
    SegmentIndex found = SegmentIndex.read(segment.index());
    long dataSize = Files.size(segment.data());
    long indexSize = Files.size(segment.index());
    long torn =
        Math.max(0, dataSize - found.dataBytes()) + Math.max(0, indexSize - found.validBytes());
    if (found.damagedEnd() && dataSize > found.dataBytes()) {
      LOG.warn(
          "{}: the end of this index is damaged, so the last {} bytes of {} are cut off; their"
              + " rows may have been acknowledged",
          segment.index(),
          dataSize - found.dataBytes(),
          segment.data().getFileName());
    }
    if (found.entries().isEmpty()) {
      LogFolder.delete(segment);
      return torn;
    }
    try (FileChannel data = FileChannel.open(segment.data(), StandardOpenOption.WRITE);
        FileChannel index = FileChannel.open(segment.index(), StandardOpenOption.WRITE)) {
      if (dataSize > found.dataBytes()) {
        data.truncate(found.dataBytes());
        data.force(true);
      }
      index.truncate(found.validBytes());
      if (found.seal() == null) {
        ByteBuffer seal =
            SegmentIndex.encode(
                new Seal(
                    found.dataBytes(), found.rows(), found.minAt(), found.maxAt(), IdRange.ANY, 0));
        for (long at = found.validBytes(); seal.hasRemaining(); ) {
          at += index.write(seal, at);
        }
      }
      index.force(true);
    }
    return torn;
  }
}
