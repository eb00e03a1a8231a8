package io.mlops4j.monitor.internal;

import io.mlops4j.error.DataException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A folder that one process writes. It is locked until it is closed. */
public final class OwnedFolder implements AutoCloseable {
  private static final String LOCK = "LOCK";

  private final Path path;
  private final FileChannel lock;

  private OwnedFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes the folder if it is absent, and locks it.
   *
   * @param what what the folder holds, for messages; for example {@code a prediction log}
   * @param owner what to close, for messages; for example {@code log}
   * @throws DataException if another owner holds the lock
   */
  public static OwnedFolder lock(Path path, String what, String owner) throws IOException {
    make(path);
    return new OwnedFolder(path, acquire(path, what, owner));
  }

  private static void make(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return;
    }
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (Files.getFileStore(parent == null ? path : parent).supportsFileAttributeView("posix")) {
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectory(path);
    }
    if (parent != null) {
      force(parent);
    }
  }

  private static FileChannel acquire(Path path, String what, String owner) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path.resolve(LOCK),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      FileLock held = channel.tryLock();
      if (held != null) {
        byte[] holder =
            ("process " + ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
        channel.truncate(0).write(ByteBuffer.wrap(holder));
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // This process itself holds it.
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    ByteBuffer holder = ByteBuffer.allocate(64);
    channel.read(holder, 0);
    channel.close();
    throw new DataException(
        "%s: found %s that %s writes, expected none; close that %s, or use another folder"
            .formatted(
                path,
                what,
                new String(holder.array(), 0, holder.position(), StandardCharsets.UTF_8),
                owner),
        null);
  }

  public Path path() {
    return path;
  }

  /** Returns whether the folder and its lock file are still there. */
  public boolean isThere() {
    return Files.exists(path.resolve(LOCK));
  }

  /** Makes the names in a folder last. Windows cannot open folders, and keeps names by itself. */
  public static void force(Path folder) throws IOException {
    if (File.separatorChar == '\\') {
      return;
    }
    boolean interrupted = Thread.interrupted(); // it would close the channel
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  public static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The next start removes it.
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
