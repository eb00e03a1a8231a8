package io.mlops4j.runtime.feature.duckdb;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Steps through the frames and blocks of a Zstandard file without decompressing them (RFC 8878),
 * because DuckDB reads a file that lacks its end as a file with fewer rows.
 */
final class ZstdFrames implements AutoCloseable {
  private static final long FRAME = 0xfd2fb528L;
  private static final long SKIPPABLE = 0x184d2a50L; // also the 15 numbers behind it
  private static final int[] DICTIONARY = {0, 1, 2, 4};
  private static final int[] CONTENT = {0, 2, 4, 8};
  private static final int SAME_BYTES = 1;
  private static final int RESERVED = 3;

  private final FileChannel file;
  private final ByteBuffer small = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
  private long position;

  private ZstdFrames(Path file) throws IOException {
    this.file = FileChannel.open(file, StandardOpenOption.READ);
  }

  /**
   * Checks that the last frame is complete.
   *
   * @throws IOException if it is not, or the file is none of Zstandard
   */
  static void check(Path file) throws IOException {
    try (ZstdFrames frames = new ZstdFrames(file)) {
      long size = frames.file.size();
      while (frames.position < size) {
        frames.frame();
      }
      if (frames.position > size) {
        throw cut();
      }
    } catch (EOFException e) {
      throw cut();
    }
  }

  private static IOException cut() {
    return new IOException(
        "found a Zstandard file without its end, expected all of it; write or copy it again");
  }

  private void frame() throws IOException {
    long magic = number(4);
    if ((magic & ~0xfL) == SKIPPABLE) {
      long skipped = number(4);
      position += skipped;
    } else if (magic == FRAME) {
      int descriptor = (int) number(1);
      boolean single = (descriptor & 0x20) != 0;
      int content = CONTENT[descriptor >> 6];
      position += DICTIONARY[descriptor & 3];
      position += single ? Math.max(1, content) : content + 1; // with the size of the window
      boolean last = false;
      while (!last) {
        last = isLastBlock();
      }
      position += (descriptor & 4) == 0 ? 0 : 4; // the checksum, which DuckDB compares
    } else {
      throw new IOException("found other bytes than those of a Zstandard file; check its name");
    }
  }

  /** Steps over a block. */
  private boolean isLastBlock() throws IOException {
    int header = (int) number(3);
    int type = header >> 1 & 3;
    if (type == RESERVED) {
      throw new IOException("found a damaged Zstandard file; write or copy it again");
    }
    position += type == SAME_BYTES ? 1 : header >> 3;
    return (header & 1) != 0;
  }

  /** Reads a number of up to 4 bytes. */
  private long number(int bytes) throws IOException {
    small.clear().putInt(0, 0).limit(bytes);
    while (small.hasRemaining()) {
      int read = file.read(small, position + small.position());
      if (read < 0) {
        throw new EOFException();
      }
    }
    position += bytes;
    return small.limit(4).getInt(0) & 0xffffffffL;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
