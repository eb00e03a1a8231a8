package io.mlops4j.runtime.scoring.file;

import io.mlops4j.error.DataException;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.jspecify.annotations.Nullable;

/**
 * How far a partial file is right: a line with the identity of the work, then a line for each
 * record, which is appended and forced to the disk. Each record ends with a digest of its line. A
 * last line without a line feed was cut off by a crash. One thread.
 */
final class Journal implements AutoCloseable {
  private static final String FORMAT = "mlops4j-scoring-2 ";

  /**
   * The journals that this process holds. On POSIX systems, closing a file releases all locks of
   * the process on it, so a second run must not open a file that a first run locks.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final Path held;
  private final FileChannel channel;
  private int recordedBlocks;
  private long end;

  private Journal(Path file, Path held, FileChannel channel) {
    this.file = file;
    this.held = held;
    this.channel = channel;
  }

  /**
   * @param bytes the length of the partial file
   * @param sha256 of these bytes
   * @param blocks the messages since the record before
   * @param end where the line ends in the journal
   */
  record Entry(
      long rows, long badRows, long bytes, String sha256, List<ArrowBlock> blocks, long end) {

    private String line() {
      String text =
          rows
              + " "
              + badRows
              + " "
              + bytes
              + " "
              + sha256
              + " "
              + blocks.stream()
                  .map(b -> b.getOffset() + ":" + b.getMetadataLength() + ":" + b.getBodyLength())
                  .collect(Collectors.joining(","));
      return text + " " + digest(text) + "\n";
    }

    private static String digest(String text) {
      return Digest.sha256(text.getBytes(StandardCharsets.ISO_8859_1)).hex();
    }

    private static Entry parse(String line, long end) {
      int last = line.lastIndexOf(' ');
      if (!line.substring(last + 1).equals(digest(line.substring(0, last)))) {
        throw new IllegalArgumentException("found a damaged line");
      }
      String[] parts = line.split(" ", -1);
      List<ArrowBlock> blocks = new ArrayList<>();
      for (String block : parts[4].split(",", -1)) {
        String[] numbers = block.split(":", -1);
        blocks.add(
            new ArrowBlock(
                Long.parseLong(numbers[0]),
                Integer.parseInt(numbers[1]),
                Long.parseLong(numbers[2])));
      }
      return new Entry(
          Long.parseLong(parts[0]),
          Long.parseLong(parts[1]),
          Long.parseLong(parts[2]),
          parts[3],
          List.copyOf(blocks),
          end);
    }
  }

  /**
   * Opens and locks the journal.
   *
   * @param out the file that is being written, for messages
   */
  static Journal open(Path file, Path out) {
    return open(file, out, () -> {});
  }

  /**
   * @param opened runs between opening the file and locking it. For tests
   */
  static Journal open(Path file, Path out, Runnable opened) {
    try {
      Path held = Objects.requireNonNull(file.getParent()).toRealPath().resolve(file.getFileName());
      if (!HELD.add(held)) {
        throw busy(file, out, null);
      }
      try {
        return new Journal(file, held, lock(file, out, opened));
      } catch (IOException | RuntimeException e) {
        HELD.remove(held);
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw new DataException(
          out + ": found no folder " + out.getParent() + " to write to; create it first", e);
    } catch (IOException e) {
      throw new DataException(out + ": cannot be written: " + e, e);
    }
  }

  private static FileChannel lock(Path file, Path out, Runnable opened) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      Object before = key(file);
      opened.run();
      // Another run may have deleted the file at its end, and a third one created it again.
      if (channel.tryLock() == null || !Files.exists(file) || !Objects.equals(before, key(file))) {
        throw busy(file, out, null);
      }
      return channel;
    } catch (OverlappingFileLockException e) { // a copy of this class in another class loader
      channel.close();
      throw busy(file, out, e);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Returns what tells a file from a later one of its name; null if there is none, or no file. */
  private static @Nullable Object key(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static DataException busy(Path file, Path out, @Nullable Exception cause) {
    return new DataException(
        out + ": is being written by another run, which locks " + file + "; wait for its end",
        cause);
  }

  /** Returns the records of the same work; none if the journal is of another one. */
  List<Entry> entries(@Nullable Digest identity) throws IOException {
    if (identity == null) {
      return List.of();
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // One read may return fewer bytes.
    }
    String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    String first = FORMAT + identity + "\n";
    List<Entry> entries = new ArrayList<>();
    if (text.startsWith(first)) {
      int from = first.length();
      for (int to = text.indexOf('\n', from); to >= 0; to = text.indexOf('\n', from)) {
        try {
          entries.add(Entry.parse(text.substring(from, to), to + 1L));
        } catch (RuntimeException e) {
          break; // damaged: what is before it counts
        }
        from = to + 1;
      }
    }
    return entries;
  }

  void restart(@Nullable Digest identity) throws IOException {
    channel.truncate(0);
    end = 0;
    recordedBlocks = 0;
    append(FORMAT + (identity == null ? "never resumed" : identity) + "\n");
  }

  void cutAfter(Entry last, int blocks) throws IOException {
    channel.truncate(last.end());
    end = last.end();
    recordedBlocks = blocks;
  }

  /**
   * @param blocks all messages of the file
   */
  void record(long rows, long badRows, long bytes, String sha256, List<ArrowBlock> blocks)
      throws IOException {
    if (blocks.size() == recordedBlocks) {
      return;
    }
    List<ArrowBlock> added = blocks.subList(recordedBlocks, blocks.size());
    append(new Entry(rows, badRows, bytes, sha256, added, 0).line());
    recordedBlocks = blocks.size();
  }

  private void append(String line) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(line.getBytes(StandardCharsets.ISO_8859_1));
    while (left.hasRemaining()) {
      end += channel.write(left, end);
    }
    channel.force(true);
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new DataException(file + ": cannot be closed: " + e, e);
    } finally {
      HELD.remove(held);
    }
  }
}
