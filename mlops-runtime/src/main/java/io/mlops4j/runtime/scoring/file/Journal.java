package io.mlops4j.runtime.scoring.file;

import io.mlops4j.error.DataException;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.vector.ipc.message.ArrowBlock;

/**
 * How far a partial file is right: a line with the identity of the work, then a line for each
 * record, which is appended and forced to the disk. A last line without a line feed was cut off by
 * a crash. One thread.
 */
final class Journal implements AutoCloseable {
  private static final String FORMAT = "mlops4j-scoring-1 ";

  private final Path file;
  private final FileChannel channel;
  private int recordedBlocks;
  private long end;

  private Journal(Path file, FileChannel channel) {
    this.file = file;
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
      return rows
          + " "
          + badRows
          + " "
          + bytes
          + " "
          + sha256
          + " "
          + blocks.stream()
              .map(b -> b.getOffset() + ":" + b.getMetadataLength() + ":" + b.getBodyLength())
              .collect(Collectors.joining(","))
          + "\n";
    }

    private static Entry parse(String line, long end) {
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
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.tryLock();
        if (lock == null || !Files.exists(file)) { // or the other run ended just now
          throw new OverlappingFileLockException();
        }
        return new Journal(file, channel);
      } catch (OverlappingFileLockException e) {
        channel.close();
        throw new DataException(
            out + ": is being written by another run, which locks " + file + "; wait for its end",
            e);
      }
    } catch (NoSuchFileException e) {
      throw new DataException(
          out + ": found no folder " + out.getParent() + " to write to; create it first", e);
    } catch (IOException e) {
      throw new DataException(out + ": cannot be written: " + e, e);
    }
  }

  /** Returns the records of the same work; none if the journal is of another one. */
  List<Entry> entries(Digest identity) throws IOException {
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

  void restart(Digest identity) throws IOException {
    channel.truncate(0);
    end = 0;
    recordedBlocks = 0;
    append(FORMAT + identity + "\n");
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
    }
  }
}
