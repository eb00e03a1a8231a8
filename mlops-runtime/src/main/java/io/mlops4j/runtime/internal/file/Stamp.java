package io.mlops4j.runtime.internal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file's attributes, which show a change without a read. Equal stamps mean that the file is
 * unchanged, provided that the first was {@link #settled} when the file was read: every change sets
 * the time of change, and no program can set it to another value.
 *
 * @param inode the file's number in its file system
 * @param size bytes
 * @param modified when the content was last written; programs can set it
 * @param changed when content, owner, mode or times were last written; programs cannot set it
 */
public record Stamp(long inode, long size, Instant modified, Instant changed) {
  /** Ten times the tick of a kernel's clock. */
  private static final Duration FINE = Duration.ofMillis(50);

  private static final Duration LONGEST_WAIT = Duration.ofMillis(200);

  /** For file systems that store times in steps of one or two seconds. */
  private static final Duration COARSE = Duration.ofSeconds(3);

  /**
   * Returns the stamp of a file or folder; for a link, of the link itself.
   *
   * @throws UnsupportedOperationException if the file system has no such times
   */
  public static Stamp of(Path file) throws IOException {
    return of(
        Files.readAttributes(
            file, "unix:ino,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS));
  }

  static Stamp of(Map<String, Object> attributes) {
    return new Stamp(
        fact(attributes, "ino", Number.class).longValue(),
        fact(attributes, "size", Number.class).longValue(),
        fact(attributes, "lastModifiedTime", FileTime.class).toInstant(),
        fact(attributes, "ctime", FileTime.class).toInstant());
  }

  static <T> T fact(Map<String, Object> attributes, String name, Class<T> type) {
    return type.cast(Objects.requireNonNull(attributes.get(name), name));
  }

  /**
   * Returns whether a change at or after the moment gives another stamp. File systems count time in
   * steps, so a second change within one step does not show.
   *
   * @param moment when reading the file began
   */
  public boolean settled(Instant moment) {
    return !moment.isBefore(changed.plus(step()));
  }

  /** Waits at most 200 ms until a further change shows. Returns false if that takes longer. */
  public boolean settle() {
    Duration left = Duration.between(Instant.now(), changed.plus(step()));
    if (left.compareTo(LONGEST_WAIT) > 0) {
      return false;
    }
    try {
      if (!left.isNegative()) {
        Thread.sleep(left.toMillis() + 1);
      }
      return settled(Instant.now());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Returns the time after a change from which the next change shows. */
  private Duration step() {
    return changed.truncatedTo(ChronoUnit.MILLIS).equals(changed) ? COARSE : FINE;
  }

  @Override
  public boolean equals(@Nullable Object other) { // the generated one is slow at the first call
    return other instanceof Stamp that
        && inode == that.inode
        && size == that.size
        && modified.equals(that.modified)
        && changed.equals(that.changed);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(inode) + 31 * changed.hashCode();
  }

  /** Returns the form that {@link #parse} reads. */
  public String text() {
    return String.join(
        " ", Long.toString(inode), Long.toString(size), text(modified), text(changed));
  }

  public static Stamp parse(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("stamp: found \"" + text + "\", expected four parts");
    }
    return new Stamp(
        Long.parseLong(parts[0]), Long.parseLong(parts[1]), time(parts[2]), time(parts[3]));
  }

  /** Writes seconds and nanoseconds, because formatting a date loads a calendar. */
  private static String text(Instant time) {
    return String.join(":", Long.toString(time.getEpochSecond()), Long.toString(time.getNano()));
  }

  private static Instant time(String text) {
    int colon = text.indexOf(':');
    return Instant.ofEpochSecond(
        Long.parseLong(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
  }
}
