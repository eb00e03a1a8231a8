package io.mlops4j.monitor.live.state;

import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one file of the journal. Bytes that are no whole record are skipped up to
 * the next one. The beginning of a record at the end is torn: the process ended before it was
 * acknowledged. All others are damaged.
 */
final class JournalReader implements AutoCloseable {
  /** The most bytes of a record, so that damaged lengths take no memory. */
  static final int MOST_BYTES = 16 << 20;

  private static final int CHUNK = 1 << 20;

  private final RandomAccessFile file;
  private final long size;
  private byte[] chunk = new byte[0];
  private long chunkStart;
  private long damaged;
  private long torn;

  JournalReader(Path path) throws IOException {
    this.file = new RandomAccessFile(path.toFile(), "r");
    this.size = file.length();
  }

  /** Passes every whole record on, in order. */
  void forEach(Consumer<byte[]> record) throws IOException {
    long bad = 0;
    for (long at = 0; at < size; ) {
      byte[] whole = recordAt(at);
      if (whole == null) {
        bad++;
        at++;
        continue;
      }
      damaged += bad;
      bad = 0;
      at += whole.length;
      record.accept(whole);
    }
    if (isTorn(size - bad)) {
      torn = bad;
    } else {
      damaged += bad;
    }
  }

  /** Whether the rest is the beginning of a record, or zeros as after a loss of power. */
  private boolean isTorn(long at) throws IOException {
    if (size - at < BinaryFrame.HEADER) {
      return true;
    }
    load(at, BinaryFrame.HEADER);
    ByteBuffer header = ByteBuffer.wrap(chunk, (int) (at - chunkStart), BinaryFrame.HEADER);
    int magic = header.getInt();
    header.getShort();
    long length = (long) header.getInt() + BinaryFrame.HEADER + BinaryFrame.TRAILER;
    return magic == 0 || (magic == StateFolder.RECORD.magic() && length > size - at);
  }

  private byte @Nullable [] recordAt(long at) throws IOException {
    if (size - at < BinaryFrame.HEADER + BinaryFrame.TRAILER) {
      return null;
    }
    load(at, BinaryFrame.HEADER);
    ByteBuffer header = ByteBuffer.wrap(chunk, (int) (at - chunkStart), BinaryFrame.HEADER);
    if (header.getInt() != StateFolder.RECORD.magic()) {
      return null;
    }
    header.getShort();
    long length = (long) header.getInt() + BinaryFrame.HEADER + BinaryFrame.TRAILER;
    if (length < BinaryFrame.HEADER + BinaryFrame.TRAILER
        || length > Math.min(MOST_BYTES, size - at)) {
      return null;
    }
    load(at, (int) length);
    byte[] record = new byte[(int) length];
    System.arraycopy(chunk, (int) (at - chunkStart), record, 0, record.length);
    int checksum = ByteBuffer.wrap(record).getInt(record.length - BinaryFrame.TRAILER);
    return checksum == BinaryFrame.checksum(record) ? record : null;
  }

  private void load(long from, int bytes) throws IOException {
    if (from < chunkStart || from + bytes > chunkStart + chunk.length) {
      chunk = new byte[(int) Math.min(Math.max(CHUNK, bytes), size - from)];
      chunkStart = from;
      file.seek(from);
      file.readFully(chunk);
    }
  }

  /** The bytes of damaged records. */
  long damaged() {
    return damaged;
  }

  /** The bytes of a record that was not finished. */
  long torn() {
    return torn;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
