package io.mlops4j.monitor.log.file;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.log.file.SegmentIndex.Seal;
import io.mlops4j.monitor.log.row.LogSettings;
import io.mlops4j.monitor.log.row.RowBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a running log: what they take, and which of them must go. Thread safe. */
public final class LogFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.mlops4j.monitor.log.PredictionLog");

  private final LogFolder folder;
  private final LogSettings settings;
  private final Map<Segment, Size> sizes = new ConcurrentSkipListMap<>();
  private final Set<Segment> begun = ConcurrentHashMap.newKeySet();
  private final ReentrantLock changing = new ReentrantLock();
  private long tornBytes;

  private record Size(long bytes, long maxAt, boolean open) {}

  private LogFiles(LogFolder folder, LogSettings settings) {
    this.folder = folder;
    this.settings = settings;
  }

  /** Locks the folder, cuts off torn tails and looks at every file. */
  public static LogFiles open(LogSettings settings) throws IOException {
    LogFolder folder = LogFolder.lock(settings.folder());
    try {
      LogFiles files = new LogFiles(folder, settings);
      for (Segment segment : LogFolder.segments(settings.folder())) {
        files.found(segment);
      }
      if (files.tornBytes > 0) {
        LOG.warn(
            "{}: cut off {} bytes that no whole entry of an index names, as after a crash",
            settings.folder(),
            files.tornBytes);
      }
      return files;
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private void found(Segment segment) throws IOException {
    Seal seal = SegmentIndex.readSeal(segment.index());
    if (seal == null) {
      tornBytes += SegmentWriter.repair(segment);
      seal = LogFolder.size(segment) == 0 ? null : SegmentIndex.readSeal(segment.index());
    }
    if (seal != null) {
      sizes.put(segment, new Size(LogFolder.size(segment), seal.maxAt(), false));
    }
  }

  public long tornBytes() {
    return tornBytes;
  }

  public long bytes() {
    return sizes.values().stream().mapToLong(Size::bytes).sum();
  }

  public int count() {
    return sizes.size();
  }

  /**
   * Makes the folder again if it vanished. Rows that are written to files deleted while open are
   * lost without an error.
   *
   * @throws IOException if it had vanished, also if it is there again
   */
  public void requireFolder() throws IOException {
    boolean vanished;
    try {
      vanished = folder.remake();
    } catch (DataException e) {
      throw new IOException(e.getMessage(), e);
    }
    if (vanished) {
      sizes.keySet().removeIf(segment -> !Files.exists(segment.index()));
      throw new IOException("the folder vanished; it was made again");
    }
  }

  public Segment begin() {
    Segment segment = folder.next();
    begun.add(segment);
    return segment;
  }

  public void grown(@Nullable Segment segment, SegmentWriter writer) {
    if (segment != null) {
      sizes.put(segment, new Size(writer.bytes(), writer.maxAt(), true));
    }
  }

  /** The writer is done with a file. */
  public void ended(Segment segment, boolean kept) {
    sizes.computeIfPresent(
        segment, (name, size) -> kept ? new Size(size.bytes(), size.maxAt(), false) : null);
    begun.remove(segment);
  }

  /** Deletes files that are too old, then the oldest ones beyond the size. */
  public void retain() {
    Duration keepFor = settings.keepFor();
    boolean keepsAll = keepFor == null && settings.keepBytes() == Long.MAX_VALUE;
    if (keepsAll || !changing.tryLock()) { // while an erasure changes the files
      return;
    }
    try {
      long oldest =
          keepFor == null
              ? Long.MIN_VALUE
              : RowBlock.micros(settings.clock().instant())
                  - Math.min(TimeUnit.MICROSECONDS.convert(keepFor), RowBlock.MOST_MICROS);
      long bytes = bytes();
      for (Map.Entry<Segment, Size> file : List.copyOf(sizes.entrySet())) {
        Size size = file.getValue();
        if (!size.open() && (size.maxAt() < oldest || bytes > settings.keepBytes())) {
          LogFolder.delete(file.getKey());
          sizes.remove(file.getKey());
          bytes -= size.bytes();
        }
      }
    } catch (IOException e) {
      LOG.warn("{}: cannot delete an old file; tried again later", settings.folder(), e);
    } finally {
      changing.unlock();
    }
  }

  /**
   * Removes rows of a key from all files that are complete. Files without an index are removed,
   * because it cannot be known whose rows they hold.
   */
  public Eraser erase(String column, String value) throws IOException {
    changing.lock();
    try {
      Eraser eraser = new Eraser(column, value, settings);
      List<Segment> complete = new ArrayList<>();
      sizes.forEach(
          (segment, size) -> {
            if (!size.open()) {
              complete.add(segment);
            }
          });
      for (Segment segment : complete) {
        Size before = sizes.get(segment);
        Segment after = eraser.rewrite(segment);
        if (!segment.equals(after) && before != null) {
          sizes.remove(segment);
          if (after != null) {
            sizes.put(after, new Size(LogFolder.size(after), before.maxAt(), false));
          }
        }
      }
      for (Path stray : folder.withoutIndex(begun)) {
        eraser.delete(stray);
      }
      return eraser;
    } finally {
      changing.unlock();
    }
  }

  @Override
  public void close() {
    try {
      folder.close();
    } catch (IOException e) {
      LOG.warn("{}: cannot release the lock", settings.folder(), e);
    }
  }
}
