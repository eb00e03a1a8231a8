package io.mlops4j.monitor.log.file;

import io.mlops4j.monitor.log.file.Frames.Frame;
import io.mlops4j.monitor.log.row.IdRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The index of one file: an entry for each block of rows, with the place and checksum of its frame,
 * its times and a Bloom filter; and, when the file is complete, a filter of its keys and a seal.
 *
 * <p>Each entry begins with a mark and has a checksum of its own. The reader looks for the next
 * mark after a damaged entry, so that damage costs only the rows of that entry. Every entry knows
 * how many rows lie before it, so that the lost ones are counted.
 *
 * @param validBytes where the last valid entry ends
 * @param damagedEnd whether an entry that was once whole follows, so that acknowledged rows may be
 *     lost; otherwise what follows was never acknowledged
 */
public record SegmentIndex(
    List<Entry> entries, @Nullable Seal seal, long validBytes, boolean damagedEnd) {
  private static final long MARK = 0x31474f4c53504f4cL; // "LOPSLOG1", little-endian
  private static final int HEADER = 24;
  private static final int FIXED = 64;
  private static final int ROWS = 1;
  private static final int SEAL = 2;
  private static final int FILTER = 3;
  private static final int SEAL_PAYLOAD = 64;

  /**
   * A block of rows.
   *
   * @param schema the frame at the beginning of the file, the same in all entries
   * @param firstRow how many rows of the file lie before it
   * @param minAt the earliest time, in microseconds since 1970
   * @param maxAt the latest time
   */
  public record Entry(
      Frame schema, Frame frame, int rows, long firstRow, long minAt, long maxAt, Bloom bloom) {}

  /**
   * States what a complete file holds.
   *
   * @param filterBytes the size of the {@link FileFilter} that lies before it; 0 without one
   */
  record Seal(long dataBytes, long rows, long minAt, long maxAt, IdRange ids, long filterBytes) {}

  static ByteBuffer encode(Entry entry) {
    ByteBuffer bytes = buffer(FIXED + entry.bloom().bytes());
    bytes.position(HEADER);
    bytes.putLong(entry.frame().offset()).putLong(entry.frame().length());
    bytes.putInt(entry.frame().crc()).putInt(entry.rows()).putLong(entry.firstRow());
    bytes.putLong(entry.minAt()).putLong(entry.maxAt());
    bytes.putLong(entry.schema().length()).putInt(entry.schema().crc()).putInt(0);
    entry.bloom().putInto(bytes);
    return framed(bytes, ROWS);
  }

  static ByteBuffer encode(Seal seal) {
    ByteBuffer bytes = buffer(SEAL_PAYLOAD);
    bytes.position(HEADER);
    bytes.putLong(seal.dataBytes()).putLong(seal.rows()).putLong(seal.minAt());
    bytes.putLong(seal.maxAt()).putLong(seal.ids().process());
    bytes.putLong(seal.ids().first()).putLong(seal.ids().last()).putLong(seal.filterBytes());
    return framed(bytes, SEAL);
  }

  /** A filter of these hashes, if there are any, and the seal. */
  static ByteBuffer encode(long[] hashes, Seal seal) {
    ByteBuffer last = encode(seal);
    if (hashes.length == 0) {
      return last;
    }
    ByteBuffer filter = encodeFilter(hashes);
    return ByteBuffer.allocate(filter.remaining() + last.remaining()).put(filter).put(last).flip();
  }

  private static ByteBuffer encodeFilter(long[] hashes) {
    ByteBuffer bytes = buffer(FileFilter.bytes(hashes.length));
    bytes.position(HEADER);
    FileFilter.put(hashes, bytes);
    return framed(bytes, FILTER);
  }

  private static ByteBuffer buffer(int payload) {
    return ByteBuffer.allocate(HEADER + payload).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer framed(ByteBuffer bytes, int type) {
    bytes.putLong(0, MARK).putInt(8, type).putInt(12, bytes.capacity() - HEADER);
    return bytes.putInt(16, crc(bytes, 0)).rewind();
  }

  /** Covers type, length and payload. */
  private static int crc(ByteBuffer bytes, int at) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(at + 8, 8));
    crc.update(bytes.slice(at + HEADER, bytes.getInt(at + 12)));
    return (int) crc.getValue();
  }

  /** Reads an index; damage never throws. */
  public static SegmentIndex read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Entry> entries = new ArrayList<>();
    Seal seal = null;
    int valid = 0;
    for (int at = 0; at <= bytes.limit() - HEADER; ) {
      if (!isValid(bytes, at)) {
        at += 8;
        continue;
      }
      if (bytes.getInt(at + 8) == SEAL) {
        seal = seal(bytes, at);
      } else if (bytes.getInt(at + 8) == ROWS) {
        entries.add(entry(bytes, at));
      }
      at += HEADER + bytes.getInt(at + 12);
      valid = at;
    }
    return new SegmentIndex(List.copyOf(entries), seal, valid, isDamaged(bytes, valid));
  }

  /** A write that a crash cut off left the beginning of one entry, or zeros. */
  private static boolean isDamaged(ByteBuffer bytes, int from) {
    for (int at = from + 8; at <= bytes.limit() - 8; at += 8) {
      if (bytes.getLong(at) == MARK) {
        return true;
      }
    }
    int rest = bytes.limit() - from;
    if (rest >= 8 && bytes.getLong(from) != MARK) {
      return IntStream.range(from, bytes.limit()).anyMatch(at -> bytes.get(at) != 0);
    }
    return rest >= HEADER && bytes.getInt(from + 12) <= rest - HEADER;
  }

  /** Reads only the seal at the end of an index; null if there is none. */
  public static @Nullable Seal readSeal(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return readSeal(channel);
    }
  }

  /** Reads only the seal, and of the filter only what concerns the selection. */
  public static boolean mayHold(Path file, Selection selection) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      Seal seal = readSeal(channel);
      if (seal == null) {
        return true;
      }
      if (!selection.mayHold(seal)) {
        return false;
      }
      long start = channel.size() - HEADER - SEAL_PAYLOAD - seal.filterBytes();
      OptionalLong hash = selection.keyHash();
      return hash.isEmpty()
          || seal.filterBytes() == 0
          || FileFilter.mayHold(channel, start, seal.filterBytes(), hash.getAsLong());
    }
  }

  private static @Nullable Seal readSeal(FileChannel channel) throws IOException {
    ByteBuffer bytes = buffer(SEAL_PAYLOAD);
    long start = channel.size() - bytes.capacity();
    while (start >= 0 && bytes.hasRemaining()) {
      if (channel.read(bytes, start + bytes.position()) < 0) {
        return null;
      }
    }
    return !bytes.hasRemaining() && isValid(bytes, 0) && bytes.getInt(8) == SEAL
        ? seal(bytes, 0)
        : null;
  }

  private static boolean isValid(ByteBuffer bytes, int at) {
    if (bytes.getLong(at) != MARK || bytes.getInt(at + 20) != 0) {
      return false;
    }
    int type = bytes.getInt(at + 8);
    int length = bytes.getInt(at + 12);
    boolean shaped =
        switch (type) {
          case ROWS -> length > FIXED && length % 8 == 0;
          case SEAL -> length == SEAL_PAYLOAD;
          case FILTER -> length >= 0 && length % FileFilter.PAGE == 0;
          default -> false;
        };
    return shaped
        && length <= bytes.limit() - at - HEADER
        && crc(bytes, at) == bytes.getInt(at + 16);
  }

  private static Seal seal(ByteBuffer bytes, int at) {
    int from = at + HEADER;
    return new Seal(
        bytes.getLong(from),
        bytes.getLong(from + 8),
        bytes.getLong(from + 16),
        bytes.getLong(from + 24),
        new IdRange(bytes.getLong(from + 32), bytes.getLong(from + 40), bytes.getLong(from + 48)),
        bytes.getLong(from + 56));
  }

  private static Entry entry(ByteBuffer bytes, int at) {
    int from = at + HEADER;
    Frame frame = new Frame(bytes.getLong(from), bytes.getLong(from + 8), bytes.getInt(from + 16));
    Frame schema = new Frame(0, bytes.getLong(from + 48), bytes.getInt(from + 56));
    int bloomBytes = bytes.getInt(at + 12) - FIXED;
    Bloom bloom = Bloom.of(bytes.slice(from + FIXED, bloomBytes).order(ByteOrder.LITTLE_ENDIAN));
    return new Entry(
        schema,
        frame,
        bytes.getInt(from + 20),
        bytes.getLong(from + 24),
        bytes.getLong(from + 32),
        bytes.getLong(from + 40),
        bloom);
  }

  /** Where the last known frame ends. */
  public long dataBytes() {
    return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).frame().end();
  }

  /** How many rows were acknowledged, lost ones included. */
  long rows() {
    if (seal != null) {
      return seal.rows();
    }
    if (entries.isEmpty()) {
      return 0;
    }
    Entry last = entries.get(entries.size() - 1);
    return last.firstRow() + last.rows();
  }

  /** How many rows cannot be found because their entry is damaged. */
  public long lostRows() {
    return rows() - entries.stream().mapToLong(Entry::rows).sum();
  }

  long minAt() {
    return entries.stream().mapToLong(Entry::minAt).min().orElse(Long.MAX_VALUE);
  }

  long maxAt() {
    return entries.stream().mapToLong(Entry::maxAt).max().orElse(Long.MIN_VALUE);
  }
}
