package io.mlops4j.monitor.internal;

import io.mlops4j.error.DataException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder that one process writes. It is locked until it is closed.
 *
 * <p>On POSIX systems a process loses its lock on a file when it closes any channel of that file,
 * so this class opens no lock file a second time that this process holds.
 */
public final class OwnedFolder implements AutoCloseable {
  private static final String LOCK = "LOCK";

  /** The keys of the lock files that this process holds. */
  private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Object key;
  private final FileChannel lock;

  private OwnedFolder(Path path, Object key, FileChannel lock) {
    this.path = path;
    this.key = key;
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
    try {
      Files.createFile(path.resolve(LOCK));
    } catch (FileAlreadyExistsException e) {
      // It stays when its owner ends.
    }
    Object key = key(path);
    if (!HELD.add(key)) {
      throw isHeld(path, what, owner, thisProcess());
    }
    try {
      return new OwnedFolder(path, key, acquire(path, what, owner));
    } catch (IOException | RuntimeException e) {
      HELD.remove(key);
      throw e;
    }
  }

  /** A number of the file system, or the name where it has none. Equal for equal files. */
  private static Object key(Path path) throws IOException {
    Path file = path.resolve(LOCK);
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file.toRealPath() : key;
  }

  private static String thisProcess() {
    return "process " + ProcessHandle.current().pid();
  }

  private static DataException isHeld(Path path, String what, String owner, String holder) {
    return new DataException(
        "%s: found %s that %s writes, expected none; close that %s, or use another folder"
            .formatted(path, what, holder, owner),
        null);
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
        FileChannel.open(path.resolve(LOCK), StandardOpenOption.READ, StandardOpenOption.WRITE);
    ByteBuffer holder = ByteBuffer.allocate(64);
    try {
      if (channel.tryLock() != null) {
        channel.truncate(0).write(ByteBuffer.wrap(thisProcess().getBytes(StandardCharsets.UTF_8)));
        return channel;
      }
      channel.read(holder, 0);
    } catch (OverlappingFileLockException e) {
      HELD.add(channel); // another class loader has the lock, which would end with this channel
      throw isHeld(path, what, owner, thisProcess());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw isHeld(
        path,
        what,
        owner,
        new String(holder.array(), 0, holder.position(), StandardCharsets.UTF_8));
  }

  public Path path() {
    return path;
  }

  /** Returns whether the folder and its lock file are still there, and no others in their place. */
  public boolean isThere() {
    try {
      return key.equals(key(path));
    } catch (IOException e) {
      return false;
    }
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
    if (lock.isOpen()) {
      lock.close();
      HELD.remove(key);
    }
  }
}
