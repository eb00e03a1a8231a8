package io.mlops4j.monitor.live.state;

import io.mlops4j.monitor.internal.OwnedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Records between two snapshots, in files that are numbered. A record is in the memory of the
 * operating system when it is appended, so that it survives the end of the process. Thread safe.
 *
 * <p>Labels are numbered, because a snapshot may be taken while labels that are in the journal wait
 * for the monitor's thread. A file may go once the snapshot has all of its labels and all other
 * records.
 */
final class Journal implements AutoCloseable {
  private final Path folder;
  private final Output.Maker files;
  private final long mostBytes;

  /** The closed files, and the number of labels up to the end of each. */
  private final Map<Long, Long> closed = new TreeMap<>();

  private @Nullable Output current;
  private long number;
  private long length;
  private long bytes;
  private long labels;
  private boolean ended;

  /**
   * @param last the number of the newest file in the folder
   * @param labels the number of labels in all files
   * @param mostBytes the most bytes between two snapshots
   */
  Journal(Path folder, Output.Maker files, long last, long labels, long mostBytes) {
    this.folder = folder;
    this.files = files;
    this.number = last;
    this.labels = labels;
    this.mostBytes = mostBytes;
  }

  /**
   * Appends records, all of them or none.
   *
   * @param more the number of labels in the records
   */
  synchronized void append(long more, byte[]... records) throws IOException {
    if (bytes > mostBytes) {
      throw new IOException(
          "the journal has %d bytes, the most that it may have without a snapshot"
              .formatted(bytes));
    }
    Output out = open();
    long start = length;
    try {
      for (byte[] record : records) {
        out.write(record);
        length += record.length;
      }
    } catch (IOException | RuntimeException | Error e) {
      cut(out, start, more);
      throw e;
    }
    bytes += length - start;
    labels += more;
  }

  private void cut(Output out, long start, long more) {
    try {
      out.cut(start);
      length = start;
    } catch (IOException e) {
      labels += more; // whole records of them may be left, and their numbers must not occur again
      end(out); // the reader ignores what follows the last whole record
    }
  }

  private Output open() throws IOException {
    Output known = current;
    if (known != null) {
      return known;
    }
    Output made = make();
    try {
      OwnedFolder.force(folder);
    } catch (IOException | RuntimeException | Error e) {
      end(made);
      throw e;
    }
    return made;
  }

  private Output make() throws IOException {
    if (ended) {
      throw new IOException("the journal is closed");
    }
    Output made = files.make(new StateFile(StateFile.Kind.JOURNAL, number + 1).in(folder));
    number++;
    length = 0;
    current = made;
    return made;
  }

  /**
   * The file that was begun for a snapshot.
   *
   * @param number its number
   * @param old the file before, which is to be forced and closed; null if there is none
   * @param bytes the bytes since the last snapshot that the files before have
   */
  record Begun(long number, @Nullable Output old, long bytes) {
    /** Makes the files before last when the power fails. Appending goes on meanwhile. */
    void force() throws IOException {
      Output before = old;
      if (before != null) {
        try {
          before.force();
        } finally {
          closeQuietly(before); // a disk that failed to force may claim later that it did
        }
      }
    }
  }

  /**
   * Begins another file. An empty file after the last snapshot is that file, so that failing
   * snapshots do not leave many of them. Nothing is forced, because labelling threads wait.
   */
  synchronized Begun rotate(long lastSnapshot) throws IOException {
    Output old = current;
    if (old != null && (length > 0 || number <= lastSnapshot)) {
      closed.put(number, labels);
      current = null;
    } else {
      old = null;
    }
    Begun begun = new Begun(number + (current == null ? 1 : 0), old, bytes);
    try {
      if (current == null) {
        make();
      }
    } catch (IOException | RuntimeException | Error e) {
      begun.force();
      throw e;
    }
    return begun;
  }

  /** The next record goes to another file. */
  synchronized void abandon() {
    Output old = current;
    if (old != null) {
      end(old);
    }
  }

  private void end(Output old) {
    closeQuietly(old);
    closed.put(number, labels);
    current = null;
  }

  /** Makes the records last when the power fails. Appending goes on meanwhile. */
  void force() throws IOException {
    Output newest;
    synchronized (this) {
      newest = current;
    }
    if (newest != null) {
      newest.force();
    }
  }

  /**
   * Notes that a snapshot has been written, and returns the oldest file that it needs.
   *
   * @param begun the file that was begun for it
   * @param applied the number of labels that it has
   */
  synchronized long covered(Begun begun, long applied) {
    long first = begun.number();
    bytes -= begun.bytes();
    closed.entrySet().removeIf(file -> file.getKey() < first && file.getValue() <= applied);
    return closed.keySet().stream().findFirst().map(file -> Math.min(file, first)).orElse(first);
  }

  /** The number of the next label. */
  synchronized long labels() {
    return labels;
  }

  /** The bytes since the newest snapshot. */
  synchronized long bytes() {
    return bytes;
  }

  private static void closeQuietly(Output out) {
    try {
      out.close();
    } catch (IOException e) {
      // What had to last was forced before.
    }
  }

  @Override
  public synchronized void close() {
    ended = true;
    abandon();
  }
}
