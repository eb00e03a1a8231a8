package io.mlops4j.internal;

import java.io.File;
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

/** Files that are written beside others and then replace them. Stateless and thread safe. */
public final class PartFiles {
  private PartFiles() {}

  /**
   * Returns whether {@link #replace} can give a file this name: not if it belongs to a folder, a
   * device such as {@code /dev/stdout}, or a link to a file that is not there.
   *
   * @param file the file
   * @return true also if there is no such file yet
   */
  public static boolean canReplace(Path file) {
    return Files.isRegularFile(file) || !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
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
