package io.mlops4j.monitor.log.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * A Bloom filter of the keys and traces of a whole file, in pages of 64 bytes. All bits of a hash
 * lie in one page, and each page has a checksum. So a search reads 64 bytes of a file that does not
 * hold the key. About one in 500 other keys is not ruled out.
 */
public final class FileFilter {
  public static final int PAGE = 64;

  /** So many hashes of a file are held in memory while it is written: 8 MiB. */
  static final int MOST_HASHES = 1 << 20;

  private static final int CRC_AT = PAGE - Integer.BYTES;
  private static final int BITS = 8 * CRC_AT;
  private static final int HASHES_PER_PAGE = BITS / 16;
  private static final int PROBES = 6;

  private FileFilter() {}

  /** How many bytes a filter of so many hashes takes; 0 without any. */
  public static int bytes(int hashes) {
    return (hashes + HASHES_PER_PAGE - 1) / HASHES_PER_PAGE * PAGE;
  }

  /** Writes a filter at the buffer's position. */
  public static void put(long[] hashes, ByteBuffer into) {
    ByteBuffer pages = into.slice(into.position(), bytes(hashes.length)).order(into.order());
    for (long hash : hashes) {
      int page = (int) page(hash, pages.capacity());
      for (int probe = 0; probe < PROBES; probe++) {
        int bit = bit(hash, probe);
        int at = page + bit / 8;
        pages.put(at, (byte) (pages.get(at) | 1 << bit % 8));
      }
    }
    for (int page = 0; page < pages.capacity(); page += PAGE) {
      pages.putInt(page + CRC_AT, crc(pages.slice(page, CRC_AT)));
    }
    into.position(into.position() + pages.capacity());
  }

  /** Reads the page of a hash. A damaged page rules nothing out. */
  public static boolean mayHold(FileChannel file, long start, long bytes, long hash)
      throws IOException {
    ByteBuffer page = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
    long at = start + page(hash, bytes);
    while (page.hasRemaining()) {
      if (file.read(page, at + page.position()) < 0) {
        return true;
      }
    }
    if (page.getInt(CRC_AT) != crc(page.slice(0, CRC_AT))) {
      return true;
    }
    for (int probe = 0; probe < PROBES; probe++) {
      int bit = bit(hash, probe);
      if ((page.get(bit / 8) & 1 << bit % 8) == 0) {
        return false;
      }
    }
    return true;
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static long page(long hash, long bytes) {
    return Long.remainderUnsigned(hash, bytes / PAGE) * PAGE;
  }

  private static int bit(long hash, int probe) {
    long mixed = (hash >>> 32 | 1) * (probe + 1) * 0x9e3779b97f4a7c15L;
    return (int) Long.remainderUnsigned(mixed >>> 16, BITS);
  }
}
