package io.mlops4j.runtime.internal.cache;

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
 * What the file system knows of a file without reading it. Equal stamps mean that the file is
 * unchanged, provided the first was {@link #settled} when the file was read: every change alters at
 * least the time of change, which no program can set.
 *
 * @param inode the file's number in its file system
 * @param size bytes
 * @param modified when its content was last written; can be set
 * @param changed when its content, owner, mode or times were last written; cannot be set
 */
public record Stamp(long inode, long size, Instant modified, Instant changed) {
  /** Ten times what a kernel's clock advances by. */
  private static final Duration FINE = Duration.ofMillis(50);

  private static final Duration LONGEST_WAIT = Duration.ofMillis(200);

  /** For file systems that keep whole seconds, or two. */
  private static final Duration COARSE = Duration.ofSeconds(3);

  /**
   * Takes the stamp of a file or folder, not of what a link points to.
   *
   * @param file the file
   * @return its stamp
   * @throws IOException if it is not there or cannot be asked
   * @throws UnsupportedOperationException if the system has no such times
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
   * Returns whether a change at the given moment, or later, gives another stamp. File systems count
   * time in steps, so a second change within one step would not show.
   *
   * @param moment when reading the file began
   * @return false if the file had changed too shortly before
   */
  public boolean settled(Instant moment) {
    return !moment.isBefore(changed.plus(step()));
  }

  /** Waits briefly until it is settled. Returns false if that takes too long. */
  boolean settle() {
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

  /** How long after a change the next one shows. */
  private Duration step() {
    return changed.truncatedTo(ChronoUnit.MILLIS).equals(changed) ? COARSE : FINE;
  }

  @Override
  public boolean equals(
      @Nullable Object other) { // a record's own costs ten milliseconds, the first time
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

  /** The form that {@link #parse} reads. */
  String text() {
    return String.join(
        " ", Long.toString(inode), Long.toString(size), text(modified), text(changed));
  }

  static Stamp parse(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("stamp: found \"" + text + "\", expected four parts");
    }
    return new Stamp(
        Long.parseLong(parts[0]), Long.parseLong(parts[1]), time(parts[2]), time(parts[3]));
  }

  /** In seconds and nanoseconds: a date would load a calendar at the start of a process. */
  private static String text(Instant time) {
    return String.join(":", Long.toString(time.getEpochSecond()), Long.toString(time.getNano()));
  }

  private static Instant time(String text) {
    int colon = text.indexOf(':');
    return Instant.ofEpochSecond(
        Long.parseLong(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
  }
}
