package io.mlops4j.monitor.sink;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.alarm.Alarm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Appends each alarm to a file as one line of JSON; {@link AlarmSink#schema} describes it.
 *
 * <pre>{@code
 * monitor.onAlarm(JsonLinesSink.to(Path.of("alarms.jsonl")));
 * }</pre>
 *
 * <p>A line is on the disk when {@link #accept} returns. If the disk is full, the line is cut off
 * again, the failure is counted and thrown, and the next alarm is tried again. A line that a crash
 * cut off stays in the file, and the next one begins below it, so a reader skips one line. A file
 * that would grow beyond its largest size is renamed to {@code alarms.jsonl.1}, {@code .1} to
 * {@code .2} and so on; the oldest is replaced. One process writes to a file at a time. Thread
 * safe.
 */
public final class JsonLinesSink implements AlarmSink {
  /** Opens the file; replaced by tests. */
  interface Opener {
    FileChannel open(Path file) throws IOException;
  }

  private static final Opener DISK =
      file ->
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

  private final Path file;
  private final @Nullable String source;
  private final long largest;
  private final int kept;
  private final Opener opener;
  private final Deliveries deliveries = new Deliveries();

  private JsonLinesSink(Path file, @Nullable String source, long largest, int kept, Opener opener) {
    this.file = Objects.requireNonNull(file, "file");
    this.source = source;
    this.largest = largest;
    this.kept = kept;
    this.opener = opener;
  }

  /**
   * Returns a sink that keeps files of 10 MB, the newest and five older ones.
   *
   * @param file the file; its folder must exist. It is created by the first alarm
   * @return a sink
   * @throws DataException if the folder does not exist
   */
  public static JsonLinesSink to(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw noFolder(file, null);
    }
    return new JsonLinesSink(file, null, 10_000_000, 5, DISK);
  }

  /** A sink on a file that fails as a test wants. */
  static JsonLinesSink to(Path file, Opener opener) {
    return new JsonLinesSink(file, null, 10_000_000, 5, opener);
  }

  /**
   * Sets the name that is written as {@code source}, for example that of the service.
   *
   * @param name the name
   * @return a changed copy, which has delivered nothing
   */
  public JsonLinesSink withSource(String name) {
    return new JsonLinesSink(file, Source.checked(name), largest, kept, opener);
  }

  /**
   * Sets how much is kept.
   *
   * @param bytes the largest size of a file, at least 65536; a line never exceeds that
   * @param older the number of older files, 0 or more; with 0 the file starts anew when it is full
   * @return a changed copy, which has delivered nothing
   * @throws IllegalArgumentException if a number is below its least value
   */
  public JsonLinesSink withRotation(long bytes, int older) {
    if (bytes < AlarmJson.MOST_BYTES) {
      throw new IllegalArgumentException(
          "bytes: found " + bytes + ", expected at least " + AlarmJson.MOST_BYTES);
    }
    if (older < 0) {
      throw new IllegalArgumentException("older: found " + older + ", expected 0 or more");
    }
    return new JsonLinesSink(file, source, bytes, older, opener);
  }

  private static DataException noFolder(Path file, @Nullable IOException e) {
    return new DataException(
        file + ": found no folder for alarms, expected one that exists; create it", e);
  }

  @Override
  public synchronized void accept(Alarm alarm) {
    byte[] line = (AlarmJson.line(alarm, source) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      if (Files.isRegularFile(file) && Files.size(file) + line.length > largest) {
        rotate();
      }
      append(line);
    } catch (NoSuchFileException e) {
      DataException missing = noFolder(file, e);
      throw deliveries.failed(String.valueOf(missing.getMessage()), e);
    } catch (IOException e) {
      throw deliveries.failed("cannot write " + alarm.id() + " to " + file + ": " + e, e);
    }
    deliveries.delivered();
  }

  private void append(byte[] line) throws IOException {
    try (FileChannel channel = opener.open(file)) {
      long before = channel.size();
      try {
        write(channel, startsLine(channel, before) ? line : belowTornLine(line), before);
        channel.force(true);
      } catch (IOException e) {
        cutOff(channel, before, e);
        throw e;
      }
    }
  }

  private static boolean startsLine(FileChannel channel, long size) throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    return size == 0 || channel.read(last, size - 1) < 1 || last.get(0) == '\n';
  }

  private static byte[] belowTornLine(byte[] line) {
    byte[] below = new byte[line.length + 1];
    below[0] = '\n';
    System.arraycopy(line, 0, below, 1, line.length);
    return below;
  }

  private static void write(FileChannel channel, byte[] line, long at) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(line);
    while (rest.hasRemaining()) {
      channel.write(rest, at + rest.position());
    }
  }

  private static void cutOff(FileChannel channel, long size, IOException why) {
    try {
      channel.truncate(size);
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }

  private void rotate() throws IOException {
    if (kept == 0) {
      Files.delete(file);
      return;
    }
    for (int number = kept - 1; number >= 1; number--) {
      if (Files.exists(older(number))) {
        replace(older(number), older(number + 1));
      }
    }
    replace(file, older(1));
  }

  private static void replace(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private Path older(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  @Override
  public SinkStatus status() {
    return deliveries.status();
  }

  /** {@return the file, for people} */
  @Override
  public String toString() {
    return "alarms to " + file;
  }
}
