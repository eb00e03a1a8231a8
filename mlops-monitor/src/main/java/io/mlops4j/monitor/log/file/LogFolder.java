package io.mlops4j.monitor.log.file;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.internal.OwnedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a log, held by the one process that writes.
 *
 * <p>A file counts once its index has its final name. Rewritten files take their final names data
 * first and index second; deleted files lose their data first. What a crash leaves in between can
 * therefore be told apart and is removed at the next start.
 */
public final class LogFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.mlops4j.monitor.log.PredictionLog");

  private final Path path;
  private OwnedFolder lock;
  private long next;

  private LogFolder(Path path, OwnedFolder lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes the folder if need be, locks it and removes what a crash left behind.
   *
   * @throws DataException if another log writes there
   */
  static LogFolder lock(Path path) throws IOException {
    LogFolder folder = new LogFolder(path, own(path));
    try {
      folder.clean();
      List<Segment> all = segments(path);
      folder.next = all.isEmpty() ? 1 : all.get(all.size() - 1).number() + 1;
      return folder;
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /**
   * Makes and locks the folder again if it vanished.
   *
   * @return whether it had vanished
   * @throws DataException if another log writes there now
   */
  synchronized boolean remake() throws IOException {
    if (lock.isThere()) {
      return false;
    }
    lock.close();
    lock = own(path);
    return true;
  }

  private static OwnedFolder own(Path path) throws IOException {
    return OwnedFolder.lock(path, "a prediction log", "log");
  }

  /** Returns a name that no file has. */
  synchronized Segment next() {
    return new Segment(path, next++, 0);
  }

  private void clean() throws IOException {
    Set<Path> files = files(path);
    Map<Long, Segment> current = new TreeMap<>();
    segments(path).forEach(segment -> current.put(segment.number(), segment));
    for (Path file : files) {
      Segment segment = Segment.of(file);
      if (file.getFileName().toString().endsWith(Segment.NEW)) {
        Files.deleteIfExists(file);
      } else if (segment != null) {
        clean(file, segment, current.get(segment.number()));
      }
    }
    OwnedFolder.force(path);
  }

  private static void clean(Path file, Segment segment, @Nullable Segment current)
      throws IOException {
    boolean isIndex = file.equals(segment.index());
    if (current == null && !isIndex) {
      LOG.warn(
          "{}: found no index of this file, expected {}; it is not read", file, segment.index());
    } else if (!segment.equals(current)) {
      Files.deleteIfExists(file);
    }
  }

  /**
   * Lists the files that hold rows but are not read, because their index is missing or has no
   * entry.
   *
   * @param begun files that are being written
   */
  List<Path> withoutIndex(Set<Segment> begun) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path file : files(path)) {
      Segment segment = Segment.of(file);
      if (segment != null
          && file.equals(segment.data())
          && !begun.contains(segment)
          && !hasEntries(segment.index())) {
        found.add(file);
      }
    }
    return found;
  }

  private static boolean hasEntries(Path index) throws IOException {
    return Files.exists(index)
        && (SegmentIndex.readSeal(index) != null || !SegmentIndex.read(index).entries().isEmpty());
  }

  /** Lists the files that hold rows, in the order in which they were begun. */
  public static List<Segment> segments(Path path) throws IOException {
    Map<Long, Segment> newest = new TreeMap<>();
    Set<Path> files = files(path);
    for (Path file : files) {
      Segment segment = Segment.of(file);
      if (segment != null && file.equals(segment.index()) && files.contains(segment.data())) {
        newest.merge(segment.number(), segment, (a, b) -> a.generation() > b.generation() ? a : b);
      }
    }
    return new ArrayList<>(newest.values());
  }

  private static Set<Path> files(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Deletes both files. */
  static void delete(Segment segment) throws IOException {
    Files.deleteIfExists(segment.data());
    OwnedFolder.force(segment.folder());
    Files.deleteIfExists(segment.index());
    OwnedFolder.force(segment.folder());
  }

  static Path folderOf(Path file) {
    return Objects.requireNonNull(file.getParent(), "a file of a log has a folder");
  }

  static long size(Segment segment) throws IOException {
    try {
      return Files.size(segment.data()) + Files.size(segment.index());
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    lock.close();
  }
}
