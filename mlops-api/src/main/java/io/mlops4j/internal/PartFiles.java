package io.mlops4j.internal;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Files that are written beside others and then replace them. Stateless and thread safe. */
public final class PartFiles {
  /** More than systems follow. */
  private static final int MOST_LINKS = 64;

  /** The folders of the files that a process has open, on Linux and macOS. */
  private static final Pattern OPEN_FILES = Pattern.compile("/proc/\\d+(/task/\\d+)?/fd|/dev/fd");

  private PartFiles() {}

  /**
   * Returns whether {@link #replace} can give a file this name: not if it belongs to a folder, a
   * device, a link to a file that is not there, or a file that a process has open and that is named
   * by its number, such as {@code /dev/stdout}.
   *
   * @param file the file
   * @return true also if there is no such file yet
   */
  public static boolean canReplace(Path file) {
    return openFile(file) == null
        && (Files.isRegularFile(file) || !Files.exists(file, LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * Writes to what cannot be replaced. What is already in a file that is open stays before it.
   *
   * @param file a name for which {@link #canReplace} is false
   * @param bytes what is written
   * @throws IOException if it cannot be written
   */
  public static void append(Path file, byte[] bytes) throws IOException {
    Path open = openFile(file);
    if (open != null && isOwn(open, "1")) {
      new FileOutputStream(FileDescriptor.out).write(bytes); // shares its position, stays open
    } else if (open != null && isOwn(open, "2")) {
      new FileOutputStream(FileDescriptor.err).write(bytes);
    } else {
      Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  /** Returns the name among the open files of a process to which links lead, or null. */
  private static @Nullable Path openFile(Path file) {
    Path at = file.toAbsolutePath();
    try {
      for (int links = 0; links < MOST_LINKS; links++) {
        Path folder = at.getParent();
        Path name = at.getFileName();
        if (folder == null || name == null) {
          return null;
        }
        folder = folder.toRealPath();
        at = folder.resolve(name);
        if (OPEN_FILES.matcher(folder.toString()).matches()) {
          return at;
        }
        at = folder.resolve(Files.readSymbolicLink(at));
      }
    } catch (IOException | UnsupportedOperationException e) {
      // There is no such folder, or no further link.
    }
    return null;
  }

  private static boolean isOwn(Path open, String number) throws IOException {
    return open.equals(Path.of("/dev/fd").toRealPath().resolve(number));
  }

  /**
   * Writes beside a file, and moves the complete file to its name durably. It has the permissions
   * of an earlier one: what only its owner could read stays so. A link to the file stays a link.
   *
   * @param file a file that can be replaced
   * @param bytes its content
   * @throws NoSuchFileException if the file's folder does not exist
   * @throws IOException if it cannot be written; an earlier one is unchanged
   */
  public static void replace(Path file, byte[] bytes) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path folder = Objects.requireNonNull(target.getParent(), "a file has a folder");
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(file.toString());
    }
    Path part = folder.resolve(".mlops4j-" + UUID.randomUUID() + ".part");
    boolean interrupted = Thread.interrupted(); // it would close the channels
    try {
      create(part, target);
      try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE)) {
        for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
          out.write(left);
        }
        out.force(true);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      force(folder);
    } finally {
      deleteQuietly(part);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void create(Path part, Path target) throws IOException {
    Files.createFile(part);
    PosixFileAttributeView earlier =
        Files.getFileAttributeView(target, PosixFileAttributeView.class);
    if (earlier != null && Files.exists(target)) {
      Files.setPosixFilePermissions(part, earlier.readAttributes().permissions());
    }
  }

  /** Windows cannot open folders and needs no force. */
  private static void force(Path folder) throws IOException {
    if (File.separatorChar != '\\') {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static void deleteQuietly(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      // The failure that is thrown says more.
    }
  }
}
