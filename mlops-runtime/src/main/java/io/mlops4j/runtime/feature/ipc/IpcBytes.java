package io.mlops4j.runtime.feature.ipc;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.feature.reading.DataFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.arrow.memory.ArrowBuf;

/**
 * A file that is read by position. Each range is checked against the file's size before memory is
 * allocated for it. Bytes are copied through the heap, because Arrow's own copy needs a JVM flag.
 */
record IpcBytes(Path file, FileChannel channel, long size) implements AutoCloseable {
  private static final int CHUNK = 1 << 18;

  static IpcBytes open(Path file) {
    if (Files.isDirectory(file)) {
      throw new DataException(
          file + ": found a folder, expected a file of rows; name one of its files", null);
    }
    try {
      FileChannel channel = FileChannel.open(file);
      return new IpcBytes(file, channel, channel.size());
    } catch (NoSuchFileException e) {
      throw DataFormat.missing(file);
    } catch (ClosedByInterruptException e) {
      throw interrupted(file, e);
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }

  private static DataException interrupted(Path file, Throwable cause) {
    return new DataException(
        file + ": the thread was interrupted while it read the file; read it again", cause);
  }

  /** Reads a range in little-endian order. */
  ByteBuffer read(long position, long length) throws IOException {
    checkRange(position, length);
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(length));
    readFully(bytes, position);
    return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Copies a range to a position of a buffer. */
  void read(long position, long length, ArrowBuf into, long at) throws IOException {
    checkRange(position, length);
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, length));
    for (long done = 0; done < length; done += chunk.position()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), length - done));
      readFully(chunk, position + done);
      into.setBytes(at + done, chunk.array(), 0, chunk.position());
    }
  }

  private void readFully(ByteBuffer into, long position) throws IOException {
    long start = position - into.position();
    while (into.hasRemaining()) {
      if (channel.read(into, start + into.position()) < 0) {
        throw new IOException("the file became shorter while it was read");
      }
    }
  }

  private void checkRange(long position, long length) throws IOException {
    if (position < 0 || length < 0 || position > size - length) {
      throw new IOException(
          "found "
              + size
              + " bytes, expected "
              + length
              + " at position "
              + position
              + "; the file is truncated or damaged, write or copy it again");
    }
  }

  DataException unreadable(Throwable cause) {
    return unreadable(cause, "");
  }

  /**
   * Names the file in a failure.
   *
   * @param place what of it cannot be read, with a colon; or an empty text
   */
  DataException unreadable(Throwable cause, String place) {
    if (cause instanceof DataException known) {
      return named(known);
    }
    if (cause instanceof ClosedByInterruptException) {
      return interrupted(file, cause);
    }
    return new DataException(
        file + ": not a readable Arrow IPC file: " + place + cause.getMessage(), cause);
  }

  /** Names the file in a failure that does not name it, such as that of a missing codec. */
  private DataException named(DataException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.startsWith(file.toString())
        ? failure
        : new DataException(file + ": " + message, failure);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new DataException(file + ": cannot be closed: " + e, e);
    }
  }
}
