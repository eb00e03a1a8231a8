package io.mlops4j.runtime.internal.file;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.document.Json;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
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
 * Disk operations that survive a crash: after a killed process or a power failure, and in other
 * processes, a file is either complete or absent.
 *
 * <p>New content is written to its own folder below the staging folder and forced to the disk. Then
 * it gets its final name in one step, which fails if the name is taken: a version by renaming its
 * folder, a record by a hard link. On a file system without hard links, the folder that holds the
 * record is renamed instead: {@code 000042.json} is then a folder that holds {@code record.json}.
 * Each form excludes the other, and neither needs a lock; some network file systems grant the same
 * lock to several processes.
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

  /** Creates an empty folder below the staging folder. */
  public Path stage() throws IOException {
    return Files.createDirectory(stagedName());
  }

  private Path stagedName() throws IOException {
    createFolders(staging);
    return staging.resolve(UUID.randomUUID().toString());
  }

  /** Creating a folder that exists costs an exception. */
  private static void createFolders(Path folder) throws IOException {
    if (!isFolder(folder)) {
      Files.createDirectories(folder);
    }
  }

  /** Moves a staged folder to its name durably. Returns false if the name is taken. */
  public static boolean claim(Path staged, Path target, Path root) throws IOException {
    createFolders(folderOf(target));
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

  /** Stores a document under a new name durably. Returns false if the name is taken. */
  public boolean claim(byte[] document, Path target, Path root) throws IOException {
    Path staged = stagedName();
    try {
      write(staged, document);
      if (links && linked(staged, target)) {
        forceUp(folderOf(target), root);
        return true;
      }
      return !exists(target) && claimAsFolder(staged, target, root);
    } finally {
      deleteQuietly(staged);
    }
  }

  private boolean claimAsFolder(Path record, Path target, Path root) throws IOException {
    Path staged = stage();
    try {
      Files.move(record, staged.resolve(RECORD), StandardCopyOption.ATOMIC_MOVE);
      force(staged);
      return claim(staged, target, root);
    } finally {
      deleteQuietly(staged);
    }
  }

  /** Replaces a document in one durable step. */
  public void replace(byte[] document, Path target, Path root) throws IOException {
    forceUp(folderOf(replaceUnforced(document, target)), root);
  }

  /**
   * Replaces a document in one step, and returns its file. After a power failure, the document
   * before may be there instead, or none, but never a part of one.
   */
  public Path replaceUnforced(byte[] document, Path target) throws IOException {
    Path file = isFolder(target) ? target.resolve(RECORD) : target;
    Path staged = stagedName();
    try {
      write(staged, document);
      move(staged, file);
      return file;
    } finally {
      deleteQuietly(staged);
    }
  }

  private static void move(Path staged, Path target) throws IOException {
    createFolders(folderOf(target));
    Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Moves a staged file to a name in one durable step; an earlier file is replaced. */
  public static void replace(Path staged, Path target, Path root) throws IOException {
    move(staged, target);
    forceUp(folderOf(target), root);
  }

  /** Returns false if the name is taken or the file system has no hard links. */
  private static boolean linked(Path record, Path target) throws IOException {
    createFolders(folderOf(target));
    try {
      Files.createLink(target, record);
      return true;
    } catch (FileAlreadyExistsException e) {
      // A network file system that repeats the request reports the link of the first attempt.
      return Files.isSameFile(target, record);
    } catch (FileSystemException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static Path folderOf(Path entry) {
    return Objects.requireNonNull(entry.getParent(), "the entry has no folder");
  }

  public static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Reads a document. Does not follow a symbolic link. */
  public static byte[] read(Path path) throws IOException {
    // Tried as a file first, because nearly all documents are files, and looking costs as much.
    try {
      byte[] bytes = uninterrupted(() -> readOnce(path));
      if (bytes.length > 0 || !isFolder(path)) {
        return bytes;
      }
    } catch (IOException e) {
      if (!isFolder(path)) {
        throw e;
      }
    }
    return uninterrupted(() -> readOnce(path.resolve(RECORD)));
  }

  /** Returns whether a folder has exactly these entries, and all of them are files, not links. */
  public static boolean hasExactly(Path folder, Set<String> names) {
    int found = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (!names.contains(entry.getFileName().toString())
            || !Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
          return false;
        }
        found++;
      }
    } catch (IOException | DirectoryIteratorException e) {
      return false;
    }
    return found == names.size();
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
      ByteBuffer bytes = fill(channel, ByteBuffer.allocate((int) channel.size()));
      return Arrays.copyOf(bytes.array(), bytes.limit());
    }
  }

  /** Reads until the buffer is full or the file ends, and flips the buffer. */
  public static ByteBuffer fill(SeekableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
      // One read may return fewer bytes than the buffer has room for.
    }
    return bytes.flip();
  }

  /** Writes a staged file, replacing an earlier one, and forces it to the disk. */
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

  /** Copies a file, forces the copy to the disk and returns the digest of the copied bytes. */
  public static Digest copy(Path from, Path to, LongConsumer counter) throws IOException {
    return write(to, ByteSource.of(from).counted(counter));
  }

  /** Writes a new file, forces it to the disk and returns the digest of its bytes. */
  public static Digest write(Path file, ByteSource bytes) throws IOException {
    Hash hash = new Hash();
    try (FileChannel out = create(file)) {
      hash.reading(bytes).into(piece -> writeFully(out, piece));
      out.force(true);
    }
    return hash.digest();
  }

  /** Writes a new file and the folders above it without forcing them to the disk. */
  public static void writeUnforced(Path file, ByteSource bytes) throws IOException {
    Files.createDirectories(folderOf(file));
    try (FileChannel out = create(file)) {
      bytes.into(piece -> writeFully(out, piece));
    }
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  public static Digest digest(Path file, LongConsumer counter) throws IOException {
    return digest(ByteSource.of(file).counted(counter));
  }

  public static Digest digest(ByteSource bytes) throws IOException {
    Hash hash = new Hash();
    bytes.into(hash::update);
    return hash.digest();
  }

  /** Computes the SHA-256 of bytes that arrive in pieces. */
  public static final class Hash {
    private final MessageDigest sha256;

    public Hash() {
      this(sha256());
    }

    private Hash(MessageDigest sha256) {
      this.sha256 = sha256;
    }

    /** Returns a hash of the same bytes, to which others can be added. */
    public Hash copy() {
      try {
        return new Hash((MessageDigest) sha256.clone());
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException("the SHA-256 of every Java platform can be copied", e);
      }
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }

    public void update(ByteBuffer piece) {
      sha256.update(piece);
    }

    /** Returns the same bytes; they are added to this hash as they are read. */
    public ByteSource reading(ByteSource bytes) {
      return sink ->
          bytes.into(
              piece -> {
                update(piece.duplicate());
                sink.take(piece);
              });
    }

    /** Returns the same bytes; they are added to this hash as they are read. */
    public InputStream reading(InputStream in) {
      return new DigestInputStream(in, sha256);
    }

    public Digest digest() {
      return new Digest("sha256", HexFormat.of().formatHex(sha256.digest()));
    }
  }

  public interface Task<T> {
    T run() throws IOException;
  }

  /**
   * Runs a task again if an interrupt ended it, and restores the interrupt afterwards. A short read
   * is not worth ending. A step that makes a change durable must not be skipped, because the change
   * is already visible.
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

  /** Forces the names in a folder to the disk. Windows cannot open folders and needs no force. */
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

  /** Forces the names in a folder and in the folders above it, up to the root. */
  public static void forceUp(Path folder, Path root) throws IOException {
    for (Path at = folder; at != null && at.startsWith(root); at = at.getParent()) {
      force(at);
    }
  }

  /** Forces the names in a folder and in all folders below it. */
  public static void forceDown(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      List<Path> folders = tree.filter(Files::isDirectory).toList();
      for (Path each : folders) {
        force(each);
      }
    }
  }

  /** Deletes a file or tree as far as possible, without following links. */
  public static void deleteQuietly(Path tree) {
    try {
      if (exists(tree)) {
        Files.walkFileTree(tree, new Deleter());
      }
    } catch (IOException e) {
      // Readers ignore the remaining files, and a later cleaning deletes them.
    }
  }

  /**
   * Deletes staged files that killed processes left a day ago or earlier, as far as possible:
   * another process may clean at the same time, and the registry may be read-only.
   */
  public void clean() {
    try (Stream<Path> entries = Files.list(staging)) {
      List<Path> left = entries.toList();
      if (!left.isEmpty()) {
        deleteOlder(left, abandoned());
      }
    } catch (IOException e) {
      // The next process that opens the registry tries again.
    }
  }

  static void deleteOlder(List<Path> trees, Instant limit) {
    for (Path tree : trees) {
      if (youngest(tree).isBefore(limit)) {
        deleteQuietly(tree);
      }
    }
  }

  /** Returns the time one day ago by the clock of the file system, which may differ from ours. */
  public Instant abandoned() throws IOException {
    Path probe = stage();
    Instant now = Files.getLastModifiedTime(probe).toInstant();
    Files.delete(probe);
    return now.minus(ABANDONED);
  }

  /** Returns the latest change in a tree, or MAX if the tree vanishes during the walk. */
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
