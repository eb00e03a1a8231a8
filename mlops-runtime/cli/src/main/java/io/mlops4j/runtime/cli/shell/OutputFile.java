package io.mlops4j.runtime.cli.shell;

import io.mlops4j.error.DataException;
import io.mlops4j.internal.PartFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Writes the files that options name. */
public final class OutputFile {
  private OutputFile() {}

  /**
   * Checks that a file can be written, before the work whose result it gets.
   *
   * @param file the file
   * @throws DataException if it is a folder, or its folder is missing or cannot be written to
   */
  public static void check(Path file) {
    if (Files.isDirectory(file)) {
      throw new DataException(
          file + ": found a folder, expected a file to write; name a file in it", null);
    }
    if (PartFiles.canReplace(file)) {
      checkFolder(file, folder(file));
    }
  }

  private static void checkFolder(Path file, Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          "%s: found no folder %s to write to; create it first".formatted(file, folder), null);
    }
    if (!Files.isWritable(folder)) {
      throw new DataException(
          "%s: found no permission to write to the folder %s; choose another one, or allow it"
              .formatted(file, folder),
          null);
    }
  }

  /** The folder of the file, or of that to which a link leads. */
  private static Path folder(Path file) {
    try {
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      return Objects.requireNonNull(target.getParent(), "a file has a folder");
    } catch (IOException e) {
      throw new DataException(file + ": cannot be found: " + e, e);
    }
  }

  /**
   * Writes a text in UTF-8, as {@link #write(Path, byte[])} does.
   *
   * @param file the file
   * @param text its content
   * @throws IOException if a device cannot be written
   * @throws DataException if the file cannot be written; an earlier one is unchanged
   */
  public static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes beside the file, and moves the complete file to its name. It has the permissions of an
   * earlier one. A target that is no regular file, such as a device or a link to a file that is not
   * there, is written directly. So is {@code /dev/stdout}: what is already in its file stays.
   *
   * @param file the file
   * @param bytes its content
   * @throws IOException if a device cannot be written
   * @throws DataException if the file cannot be written; an earlier one is unchanged
   */
  public static void write(Path file, byte[] bytes) throws IOException {
    check(file);
    if (!PartFiles.canReplace(file)) {
      PartFiles.append(file, bytes);
      return;
    }
    try {
      PartFiles.replace(file, bytes);
    } catch (IOException e) {
      throw new DataException(
          file + ": cannot be written, an earlier file of that name is unchanged: " + e, e);
    }
  }
}
