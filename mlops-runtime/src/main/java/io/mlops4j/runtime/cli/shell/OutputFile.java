package io.mlops4j.runtime.cli.shell;

import io.mlops4j.error.DataException;
import io.mlops4j.internal.PartFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Writes the files that options name. */
public final class OutputFile {
  private OutputFile() {}

  /**
   * Writes a text in UTF-8, as {@link #write(Path, byte[])} does.
   *
   * @param file the file
   * @param text its content
   * @throws IOException if there is no folder to write to
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
   * @throws IOException if there is no folder to write to, or a device cannot be written
   * @throws DataException if the file cannot be written; an earlier one is unchanged
   */
  public static void write(Path file, byte[] bytes) throws IOException {
    if (!PartFiles.canReplace(file)) {
      PartFiles.append(file, bytes);
      return;
    }
    try {
      PartFiles.replace(file, bytes);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException(
          file + ": cannot be written, an earlier file of that name is unchanged: " + e, e);
    }
  }
}
