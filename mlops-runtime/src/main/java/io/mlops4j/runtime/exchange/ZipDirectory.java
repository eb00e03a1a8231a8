package io.mlops4j.runtime.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the directory at the end of a ZIP file. Unlike the JDK, it reports for each entry whether
 * it is a link, a device or encrypted.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int ENTRY = 0x02014b50;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int ENTRY_BYTES = 46;
  private static final int LONGEST_COMMENT = 0xffff;
  private static final int LARGEST = 64 << 20;

  private ZipDirectory() {}

  /**
   * An entry as the directory describes it.
   *
   * @param mode the Unix mode, or 0 if the directory has none
   */
  record Entry(String name, boolean encrypted, int mode) {
    private static final int TYPE = 0170000;
    private static final int FILE = 0100000;
    private static final int FOLDER = 0040000;
    private static final int LINK = 0120000;

    /** Returns the kind of an entry that is neither file nor folder, or an empty text. */
    String special() {
      int type = mode & TYPE;
      if (type == 0 || type == FILE || type == FOLDER) {
        return "";
      }
      return type == LINK ? "a symbolic link" : "a special file";
    }
  }

  /**
   * Reads the directory.
   *
   * @param most the largest number of entries
   * @throws IOException if the file is not a ZIP file, is damaged, or has more entries
   */
  static List<Entry> read(FileChannel file, int most) throws IOException {
    ByteBuffer end = end(file);
    long count = end.getShort(10) & 0xffff;
    long bytes = end.getInt(12) & 0xffffffffL;
    long start = end.getInt(16) & 0xffffffffL;
    ByteBuffer end64 = end64(file, end);
    if (end64 != null) {
      count = end64.getLong(32);
      bytes = end64.getLong(40);
      start = end64.getLong(48);
    }
    if (count < 0 || count > most) {
      throw new IOException(count + " entries where at most " + most + " are allowed");
    }
    if (bytes < 0 || bytes > LARGEST || start < 0 || start > file.size() - bytes) {
      throw new IOException("a ZIP directory outside the file");
    }
    return entries(read(file, start, (int) bytes), (int) count);
  }

  private static List<Entry> entries(ByteBuffer directory, int count) throws IOException {
    List<Entry> entries = new ArrayList<>();
    while (directory.hasRemaining()) {
      if (directory.remaining() < ENTRY_BYTES || directory.getInt(directory.position()) != ENTRY) {
        throw new IOException("a damaged ZIP directory");
      }
      ByteBuffer entry = directory.slice().order(ByteOrder.LITTLE_ENDIAN);
      int name = entry.getShort(28) & 0xffff;
      int length =
          ENTRY_BYTES + name + (entry.getShort(30) & 0xffff) + (entry.getShort(32) & 0xffff);
      if (length > entry.limit() || entries.size() >= count) {
        throw new IOException("a damaged ZIP directory");
      }
      boolean unix = (entry.getShort(4) >> 8 & 0xff) == 3;
      entries.add(
          new Entry(
              utf8(entry.slice(ENTRY_BYTES, name)),
              (entry.getShort(8) & 1) != 0,
              unix ? entry.getInt(38) >>> 16 : 0));
      directory.position(directory.position() + length);
    }
    if (entries.size() != count) {
      throw new IOException(
          "a ZIP directory of " + entries.size() + " entries that claims " + count);
    }
    return entries;
  }

  private static String utf8(ByteBuffer name) throws IOException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(name).toString();
    } catch (CharacterCodingException e) {
      throw new IOException("an entry whose name is no UTF-8", e);
    }
  }

  private static ByteBuffer end(FileChannel file) throws IOException {
    long size = file.size();
    int tail = (int) Math.min(size, END_BYTES + LONGEST_COMMENT);
    ByteBuffer bytes = read(file, size - tail, tail);
    for (int at = tail - END_BYTES; at >= 0; at--) {
      if (bytes.getInt(at) == END && at + END_BYTES + (bytes.getShort(at + 20) & 0xffff) == tail) {
        return bytes.slice(at, END_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    throw new IOException("no ZIP file, or one that was cut");
  }

  /** Returns the ZIP64 end record, or null if the numbers fit into the original format. */
  private static @Nullable ByteBuffer end64(FileChannel file, ByteBuffer end) throws IOException {
    boolean large = end.getShort(10) == -1 || end.getInt(12) == -1 || end.getInt(16) == -1;
    long at = file.size() - END_BYTES - LOCATOR_BYTES;
    if (!large || at < 0) {
      return null;
    }
    ByteBuffer locator = read(file, at, LOCATOR_BYTES);
    long where = locator.getLong(8);
    if (locator.getInt(0) != LOCATOR_64 || where < 0 || where > at - 56) {
      throw new IOException("a damaged ZIP directory");
    }
    ByteBuffer end64 = read(file, where, 56);
    if (end64.getInt(0) != END_64) {
      throw new IOException("a damaged ZIP directory");
    }
    return end64;
  }

  private static ByteBuffer read(FileChannel file, long from, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, from + buffer.position()) < 0) {
        throw new IOException("a file that ends early");
      }
    }
    return buffer.flip();
  }
}
