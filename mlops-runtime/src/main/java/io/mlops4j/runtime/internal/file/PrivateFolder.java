package io.mlops4j.runtime.internal.file;

import io.mlops4j.model.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A folder that only the user of this process can enter (mode 0700), with files that only this user
 * can read (0600). Thread safe, also between processes.
 *
 * <p>Files that another user could have written are rejected: every file and folder must belong to
 * this user, be closed to all others, and not be a symbolic link. New content is staged, forced to
 * the disk and then moved to its name in one step, so it is either complete or absent.
 *
 * <p>Code that runs when a process loads native libraries uses no string concatenation, record
 * equality or lambdas: the first use of each costs the JVM about ten milliseconds, and the cache
 * saves only about a hundred.
 */
public final class PrivateFolder {
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final FileAttribute<?> NEW_FOLDER = PosixFilePermissions.asFileAttribute(FOLDER);
  private static final FileAttribute<?> NEW_FILE = PosixFilePermissions.asFileAttribute(FILE);
  private static final int OTHERS = 077;
  private static final String BUILDING = "building";
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final Path path;
  private final Path building;
  private final int owner;

  private PrivateFolder(Path path, Path building, int owner) {
    this.path = path;
    this.building = building;
    this.owner = owner;
  }

  /**
   * Opens a folder and creates it if it is absent. Symbolic links on the path are resolved once.
   *
   * @throws RefusedException if the folder belongs to another user, or others can enter it
   * @throws UnsupportedOperationException if the file system has no owners and modes
   */
  public static PrivateFolder open(Path folder) throws IOException {
    Files.createDirectories(folder, NEW_FOLDER);
    Path real = folder.toRealPath();
    // A new file shows the user of this process; the folder itself may belong to another user.
    Path probe = Files.createFile(real.resolve("probe-".concat(unique())), NEW_FILE);
    try {
      int owner = (Integer) Files.getAttribute(probe, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      PrivateFolder opened = new PrivateFolder(real, real.resolve(BUILDING), owner);
      opened.check(real, true);
      opened.make(opened.building);
      return opened;
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /** Opens a folder inside this one and creates it if it is absent. */
  public PrivateFolder folder(String name) throws IOException {
    Path inside = path.resolve(name);
    make(inside);
    return new PrivateFolder(inside, building, owner);
  }

  private void make(Path folder) throws IOException {
    if (!Disk.exists(folder)) {
      Files.createDirectories(folder, NEW_FOLDER);
    }
    check(folder, true);
  }

  /** Returns the real path. */
  public Path path() {
    return path;
  }

  /** Requires that only this user can enter a folder. */
  public void checkFolder(Path folder) throws IOException {
    check(folder, true);
  }

  /** Requires that only this user can read or write a file, and returns the file's stamp. */
  public Stamp checkFile(Path file) throws IOException {
    return Stamp.of(check(file, false));
  }

  private Map<String, Object> check(Path file, boolean folder) throws IOException {
    Map<String, Object> is = Files.readAttributes(file, "unix:*", LinkOption.NOFOLLOW_LINKS);
    if (!Boolean.TRUE.equals(is.get(folder ? "isDirectory" : "isRegularFile"))) {
      boolean link = Boolean.TRUE.equals(is.get("isSymbolicLink"));
      throw new RefusedException(
          file,
          link ? "a symbolic link" : "something else",
          folder ? "a folder" : "a regular file");
    }
    int user = Stamp.fact(is, "uid", Integer.class);
    if (user != owner) {
      throw new RefusedException(
          file, "user " + user + " as its owner", "user " + owner + " of this process");
    }
    int mode = Stamp.fact(is, "mode", Integer.class) & 07777;
    if ((mode & OTHERS) != 0) {
      throw new RefusedException(
          file,
          "mode %04o, which gives access to other users".formatted(mode),
          folder ? "0700" : "0600");
    }
    return is;
  }

  /** Reads a private file of at most this many bytes into memory outside the heap. */
  public ByteBuffer read(Path file, int most) throws IOException {
    long size = checkFile(file).size();
    if (size > most) {
      throw new RefusedException(file, size + " bytes", "at most " + most);
    }
    try (FileChannel channel = FileChannel.open(file, LinkOption.NOFOLLOW_LINKS)) {
      return Disk.fill(channel, ByteBuffer.allocateDirect((int) size));
    }
  }

  /** Returns the SHA-256 of a file that is not a link. */
  public static Digest digest(Path file) throws IOException {
    return Disk.digest(ByteSource.of(file, LinkOption.NOFOLLOW_LINKS));
  }

  /** Returns a random name; creating a file fails if the name is taken. */
  private static String unique() {
    return Long.toHexString(ThreadLocalRandom.current().nextLong());
  }

  /** Creates an empty folder whose content {@link #publish} moves to its name. */
  public Path stage() throws IOException {
    make(building);
    return Files.createDirectory(building.resolve(unique()), NEW_FOLDER);
  }

  /** Closes a file that other code has written to other users, and forces it to the disk. */
  public static void seal(Path file) throws IOException {
    Files.setPosixFilePermissions(file, FILE);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(true);
    }
  }

  /**
   * Moves a staged folder with {@linkplain #seal sealed} files to a name in this folder.
   *
   * @return false if the name is taken
   */
  public boolean publish(Path staged, String name) throws IOException {
    Disk.force(staged);
    return Disk.claim(staged, path.resolve(name), path);
  }

  /** Creates a file that only this user can read or write. */
  public static OutputStream create(Path file) throws IOException {
    return Channels.newOutputStream(channel(file));
  }

  private static FileChannel channel(Path file) throws IOException {
    return FileChannel.open(
        file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), NEW_FILE);
  }

  /** Writes a small file in place of an earlier one, which remains if the disk fails. */
  public void replace(Path file, byte[] bytes) throws IOException {
    Path staged = stage();
    try {
      Path written = write(staged.resolve("file"), bytes);
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Disk.deleteQuietly(staged);
    }
  }

  /** Writes a new file and forces it to the disk. */
  public static Path write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel = channel(file)) {
      Disk.writeFully(channel, ByteBuffer.wrap(bytes));
      channel.force(true);
    }
    return file;
  }

  /**
   * Removes a file, link or tree of this folder, as far as possible. Processes that have opened it
   * can still read it.
   */
  public void remove(Path entry) {
    Path gone = building.resolve(unique());
    try {
      Files.move(entry, gone, StandardCopyOption.ATOMIC_MOVE); // so that no reader sees a part
      Disk.deleteQuietly(gone);
    } catch (NoSuchFileException e) {
      // Another process has removed it.
    } catch (IOException e) {
      Disk.deleteQuietly(entry);
    }
  }

  /** Lists the entries of this folder, in no order. */
  public List<Path> list() throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries.toList();
    }
  }

  /** Deletes staged files that killed processes left an hour ago or earlier. */
  public void clean() {
    try (Stream<Path> entries = Files.list(building)) {
      Disk.deleteOlder(entries.toList(), Instant.now().minus(ABANDONED));
    } catch (IOException e) {
      // The next process tries again.
    }
  }
}
