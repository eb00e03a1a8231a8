package io.mlops4j.runtime.internal.cache;

import io.mlops4j.model.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder that only the user of this process can enter (mode 0700), with files that only they can
 * read (0600). Thread safe, also between processes.
 *
 * <p>Nothing is taken from it that somebody else may have put there: every file and folder must
 * belong to this user, be closed to all others, and be no symbolic link. Everything is written
 * aside, forced to the disk, and then appears under its name in one step, so that nobody ever sees
 * half of it, whenever this process ends.
 *
 * <p>What native libraries need at the start of a process does without string concatenation, record
 * equality and lambdas here: the first of each costs the JVM some ten milliseconds, and a start
 * that is to be saved costs some hundred.
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
   * Opens a folder, which is made if it is not there.
   *
   * @param folder where; symbolic links on the way to it are followed now, once and for all
   * @return the folder
   * @throws RefusedException if it belongs to somebody else, or others can enter it
   * @throws IOException if it cannot be made or written
   * @throws UnsupportedOperationException if the system knows no owners and modes of files
   */
  public static PrivateFolder open(Path folder) throws IOException {
    Files.createDirectories(folder, NEW_FOLDER);
    Path real = folder.toRealPath();
    // The folder's own owner tells nothing of this process: only a file made now does.
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

  /**
   * Opens a folder inside this one, which is made if it is not there.
   *
   * @param name its name
   * @return the folder
   * @throws IOException if it is not as this class would have made it
   */
  public PrivateFolder folder(String name) throws IOException {
    Path inside = path.resolve(name);
    make(inside);
    return new PrivateFolder(inside, building, owner);
  }

  private void make(Path folder) throws IOException {
    if (!exists(folder)) {
      Files.createDirectories(folder, NEW_FOLDER);
    }
    check(folder, true);
  }

  /**
   * Where it is.
   *
   * @return its real path
   */
  public Path path() {
    return path;
  }

  /**
   * Whether there is anything of a name, be it a file, a folder or a link.
   *
   * @param file the path
   * @return true if there is
   */
  public static boolean exists(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Checks that a folder is this user's alone.
   *
   * @param folder the folder
   * @throws IOException if it is not, or is not there
   */
  public void checkFolder(Path folder) throws IOException {
    check(folder, true);
  }

  /**
   * Checks that a file is this user's alone.
   *
   * @param file the file
   * @return its stamp
   * @throws IOException if it is not, or is not there
   */
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
          file, "that it belongs to user " + user, "user " + owner + " of this process");
    }
    int mode = Stamp.fact(is, "mode", Integer.class) & 07777;
    if ((mode & OTHERS) != 0) {
      throw new RefusedException(
          file,
          "mode %04o, with which other users reach it".formatted(mode),
          folder ? "0700" : "0600");
    }
    return is;
  }

  /**
   * Reads a small file that is this user's alone.
   *
   * @param file the file
   * @param most how many bytes it may have
   * @return its bytes in memory outside the heap
   * @throws IOException if it is not, is longer, or cannot be read
   */
  public ByteBuffer read(Path file, int most) throws IOException {
    long size = checkFile(file).size();
    if (size > most) {
      throw new RefusedException(file, size + " bytes", "at most " + most);
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect((int) size);
    try (FileChannel channel = open(file, StandardOpenOption.READ)) {
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // Until the buffer is full or the file ends.
      }
    }
    return bytes.flip();
  }

  /**
   * Digests a file.
   *
   * @param file the file, not a link
   * @return its SHA-256
   * @throws IOException if it cannot be read
   */
  public static Digest digest(Path file) throws IOException {
    MessageDigest sha256 = sha256();
    byte[] chunk = new byte[1 << 16];
    ByteBuffer view = ByteBuffer.wrap(chunk);
    try (FileChannel channel = open(file, StandardOpenOption.READ)) {
      for (int n = channel.read(view); n >= 0; n = channel.read(view.clear())) {
        sha256.update(chunk, 0, n);
      }
    }
    return new Digest("sha256", HexFormat.of().formatHex(sha256.digest()));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static FileChannel open(Path file, StandardOpenOption option) throws IOException {
    return FileChannel.open(file, Set.of(option, LinkOption.NOFOLLOW_LINKS));
  }

  /** A name that nothing has; the file system checks it. */
  private static String unique() {
    return Long.toHexString(ThreadLocalRandom.current().nextLong());
  }

  /**
   * A new folder to build something in; {@link #publish} gives it its name.
   *
   * @return its path
   * @throws IOException if it cannot be made
   */
  public Path stage() throws IOException {
    make(building);
    return Files.createDirectory(building.resolve(unique()), NEW_FOLDER);
  }

  /**
   * Closes a file to others, whoever has written it, and forces it to the disk.
   *
   * @param file the file
   * @throws IOException if that is impossible
   */
  public static void seal(Path file) throws IOException {
    Files.setPosixFilePermissions(file, FILE);
    try (FileChannel channel = open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /**
   * Gives a staged folder its name.
   *
   * @param staged the folder, with files that were {@linkplain #seal sealed}
   * @param name its name in this folder
   * @throws IOException if the name is taken, or the disk fails
   */
  public void publish(Path staged, String name) throws IOException {
    force(staged);
    Files.move(staged, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    force(path);
  }

  /** The same, if the name is not taken yet. */
  void publishOrYield(Path staged, String name) throws IOException {
    try {
      publish(staged, name);
    } catch (IOException e) {
      if (!exists(path.resolve(name))) {
        throw e;
      }
    }
  }

  /** A new file to be written by this user alone. */
  static OutputStream create(Path file) throws IOException {
    return Channels.newOutputStream(
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), NEW_FILE));
  }

  /**
   * Writes a small file, in place of an earlier one.
   *
   * @param file a path in this folder or a folder of it
   * @param bytes its content
   * @throws IOException if the disk fails; then the earlier one is still there
   */
  public void replace(Path file, byte[] bytes) throws IOException {
    Path staged = stage();
    try {
      Path written = write(staged.resolve("file"), bytes);
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      deleteQuietly(staged);
    }
  }

  /**
   * Writes a new file and forces it to the disk.
   *
   * @param file a path in a staged folder
   * @param bytes its content
   * @return the path
   * @throws IOException if the disk fails
   */
  public static Path write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), NEW_FILE)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
    return file;
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Removes a file, a link itself, or a folder with all in it, as far as possible. What is open
   * stays readable for whoever has opened it.
   *
   * @param entry a path in this folder
   */
  public void remove(Path entry) {
    Path gone = building.resolve(unique());
    try {
      Files.move(entry, gone, StandardCopyOption.ATOMIC_MOVE); // nobody sees it half removed
      deleteQuietly(gone);
    } catch (NoSuchFileException e) {
      // somebody else was faster
    } catch (IOException e) {
      deleteQuietly(entry);
    }
  }

  /**
   * What there is in this folder.
   *
   * @return paths, in no order
   * @throws IOException if it cannot be read
   */
  public List<Path> list() throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries.toList();
    }
  }

  /** Removes what killed processes have left where things are built. */
  public void clean() {
    try (Stream<Path> entries = Files.list(building)) {
      Instant now = Instant.now();
      for (Path entry : entries.toList()) {
        Instant last = Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS).toInstant();
        if (last.isBefore(now.minus(ABANDONED))) {
          deleteQuietly(entry);
        }
      }
    } catch (IOException e) {
      // Nothing depends on it; the next one tries again.
    }
  }

  /**
   * Removes a file or folder as far as possible, never through a link.
   *
   * @param tree the path
   */
  public static void deleteQuietly(Path tree) {
    try {
      if (exists(tree)) {
        Files.walkFileTree(tree, new Deleter());
      }
    } catch (IOException e) {
      // What stays is used by nobody.
    }
  }

  private static final class Deleter extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
        throws IOException {
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
