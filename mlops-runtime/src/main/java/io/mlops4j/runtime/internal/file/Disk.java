package io.mlops4j.runtime.internal.file;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.document.Json;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the registry does to the disk, so that a killed process, a lost power supply or another
 * process never leave or see half of anything.
 *
 * <p>Everything is written aside, in a folder of its own under the staging folder, forced to the
 * disk, and then appears under its final name in one step that fails when the name is taken: a
 * version by renaming its folder, a record by a hard link. Where the file system has no hard links,
 * a record appears by renaming the folder that it was written in: {@code 000042.json} is then a
 * folder that holds {@code record.json}. Both are exclusive against each other, and neither needs a
 * lock, which some network file systems grant to everybody.
 */
public final class Disk {
  private static final String RECORD = "record.json";
  private static final Duration ABANDONED = Duration.ofDays(1);

  private final Path staging;
  private final boolean links;

  public Disk(Path staging, boolean links) {
    this.staging = staging;
    this.links = links;
  }

  public boolean hasLinks() {
    return links;
  }

  /** A new folder to build something in. */
  public Path stage() throws IOException {
    Files.createDirectories(staging);
    return Files.createDirectory(staging.resolve(UUID.randomUUID().toString()));
  }

  /** Gives a staged folder its name and makes that last; false when the name is taken. */
  public static boolean claim(Path staged, Path target, Path root) throws IOException {
    Files.createDirectories(folderOf(target));
    try {
      Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (exists(target)) {
        return false;
      }
      throw e;
    }
    forceUp(folderOf(target), root);
    return true;
  }

  /** Publishes a document under a name and makes that last; false when the name is taken. */
  public boolean claim(byte[] document, Path target, Path root) throws IOException {
    Path staged = stage();
    try {
      Path record = staged.resolve(RECORD);
      write(record, document);
      if (links && linked(record, target)) {
        forceUp(folderOf(target), root);
        return true;
      }
      if (exists(target)) {
        return false;
      }
      force(staged);
      return claim(staged, target, root);
    } finally {
      deleteQuietly(staged);
    }
  }

  /** Gives a name another document in one step and makes that last. */
  public void replace(byte[] document, Path target, Path root) throws IOException {
    Path staged = stage();
    try {
      Path record = staged.resolve(RECORD);
      write(record, document);
      replace(record, isFolder(target) ? target.resolve(RECORD) : target, root);
    } finally {
      deleteQuietly(staged);
    }
  }

  /** Gives a staged file a name that may be taken, in one step, and makes that last. */
  public static void replace(Path staged, Path target, Path root) throws IOException {
    Files.createDirectories(folderOf(target));
    Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceUp(folderOf(target), root);
  }

  /** False when the name is taken or the file system has no hard links. */
  private static boolean linked(Path record, Path target) throws IOException {
    Files.createDirectories(folderOf(target));
    try {
      Files.createLink(target, record);
      return true;
    } catch (FileAlreadyExistsException e) {
      // A network file system that repeats a request may report our own link as somebody else's.
      return Files.isSameFile(target, record);
    } catch (FileSystemException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static Path folderOf(Path entry) {
    return Objects.requireNonNull(entry.getParent(), "below the registry's root");
  }

  public static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Reads a document, never through a symbolic link.
   *
   * @throws NoSuchFileException if there is none
   */
  public static byte[] read(Path path) throws IOException {
    Path file = isFolder(path) ? path.resolve(RECORD) : path;
    return uninterrupted(() -> readOnce(file));
  }

  private static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static byte[] readOnce(Path file) throws IOException {
    try (SeekableByteChannel channel =
        Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      if (channel.size() > Json.LARGEST) {
        throw new IOException(file + " has " + channel.size() + " bytes, too many for a document");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // Until the buffer is full or the file ends.
      }
      return Arrays.copyOf(bytes.array(), bytes.position());
    }
  }

  /** Writes a staged file, over an earlier one, and forces it to the disk. */
  public static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      writeFully(channel, ByteBuffer.wrap(bytes));
      channel.force(true);
    }
  }

  /**
   * Copies a file and forces the copy to the disk; the digest is of what was written.
   *
   * @param moved told after each piece how many bytes it had
   */
  public static Digest copy(Path from, Path to, LongConsumer moved) throws IOException {
    try (FileChannel out =
        FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      Digest digest = pass(from, piece -> writeFully(out, piece), moved);
      out.force(true);
      return digest;
    }
  }

  /** The digest of a file. */
  public static Digest digest(Path file, LongConsumer moved) throws IOException {
    return pass(file, piece -> {}, moved);
  }

  /** Writes a new file piece by piece and forces it to the disk; gives its digest. */
  public static Digest write(Path file, ByteSource bytes) throws IOException {
    Hash hash = new Hash();
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      bytes.into(
          piece -> {
            hash.update(piece.duplicate());
            writeFully(out, piece);
          });
      out.force(true);
    }
    return hash.digest();
  }

  /** SHA-256 of bytes that come in pieces. */
  public static final class Hash {
    private final MessageDigest sha256 = sha256();

    public void update(ByteBuffer piece) {
      sha256.update(piece);
    }

    public Digest digest() {
      return new Digest("sha256", HexFormat.of().formatHex(sha256.digest()));
    }
  }

  private interface Sink {
    void take(ByteBuffer piece) throws IOException;
  }

  private static Digest pass(Path from, Sink to, LongConsumer moved) throws IOException {
    MessageDigest sha256 = sha256();
    ByteBuffer piece = ByteBuffer.allocateDirect(1 << 18);
    try (FileChannel in = FileChannel.open(from)) {
      while (in.read(piece.clear()) >= 0) {
        sha256.update(piece.flip());
        to.take(piece.rewind());
        moved.accept(piece.limit());
      }
    }
    return new Digest("sha256", HexFormat.of().formatHex(sha256.digest()));
  }

  public interface Task<T> {
    T run() throws IOException;
  }

  /**
   * Goes on although the thread is interrupted, and leaves it interrupted: what is short is not
   * worth to be ended, and what makes a change last must not be, because the change is there.
   */
  public static <T> T uninterrupted(Task<T> task) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.run();
        } catch (ClosedByInterruptException e) {
          interrupted = Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Makes the names in a folder last. Windows cannot open folders, and keeps names by itself. */
  public static void force(Path folder) throws IOException {
    if (File.separatorChar == '\\') {
      return;
    }
    uninterrupted(
        () -> {
          try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
          }
          return folder;
        });
  }

  /** Makes a folder's names and those of all folders above it, to the root, last. */
  public static void forceUp(Path folder, Path root) throws IOException {
    for (Path at = folder; at != null && at.startsWith(root); at = at.getParent()) {
      force(at);
    }
  }

  /** Makes the names in a folder and in all folders below it last. */
  public static void forceDown(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      List<Path> folders = tree.filter(Files::isDirectory).toList();
      for (Path each : folders) {
        force(each);
      }
    }
  }

  public static void deleteQuietly(Path tree) {
    try {
      if (exists(tree)) {
        Files.walkFileTree(tree, new Deleter());
      }
    } catch (IOException e) {
      // What stays is ignored by every reader and removed by a later cleaning.
    }
  }

  /**
   * Removes what killed processes left behind a day ago or earlier. Ages are told by the file
   * system's own clock, which may differ from this machine's. Best effort: somebody else may clean
   * at the same time, or the registry may be read-only.
   */
  public void clean() {
    try (Stream<Path> entries = Files.list(staging)) {
      List<Path> left = entries.toList();
      if (left.isEmpty()) {
        return;
      }
      Instant abandoned = abandoned();
      for (Path entry : left) {
        if (youngest(entry).isBefore(abandoned)) {
          deleteQuietly(entry);
        }
      }
    } catch (IOException e) {
      // Nothing depends on it; the next one to open the registry tries again.
    }
  }

  /** A day ago, by the file system's own clock. */
  public Instant abandoned() throws IOException {
    Path probe = stage();
    Instant now = Files.getLastModifiedTime(probe).toInstant();
    Files.delete(probe);
    return now.minus(ABANDONED);
  }

  /** The latest change in a tree; never old when its owner finishes and removes it meanwhile. */
  private static Instant youngest(Path tree) {
    try (Stream<Path> entries = Files.walk(tree)) {
      Instant youngest = Instant.MIN;
      for (Path entry : entries.toList()) {
        FileTime time = Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS);
        youngest = time.toInstant().isAfter(youngest) ? time.toInstant() : youngest;
      }
      return youngest;
    } catch (IOException | UncheckedIOException e) {
      return Instant.MAX;
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
