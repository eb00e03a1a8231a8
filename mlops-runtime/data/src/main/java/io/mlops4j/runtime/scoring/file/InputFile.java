package io.mlops4j.runtime.scoring.file;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.file.Stamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;

/**
 * The input, by which a changed file is recognised.
 *
 * @param stamp its number in the file system, its size and its times
 */
record InputFile(Path file, Stamp stamp) {

  static InputFile of(Path file) {
    return new InputFile(file, stampOf(file));
  }

  private static Stamp stampOf(Path file) {
    try {
      Path real = file.toRealPath();
      try {
        return Stamp.of(real);
      } catch (UnsupportedOperationException e) { // Windows
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        Instant modified = attributes.lastModifiedTime().toInstant();
        return new Stamp(0, attributes.size(), modified, modified);
      }
    } catch (NoSuchFileException e) {
      if (String.valueOf(file.getFileName()).matches(".*[*?\\[{].*")) {
        throw new DataException(
            file
                + ": found a pattern, expected one file, because an interrupted run goes on in it;"
                + " score each file by itself, or copy all into one with mlops4j convert",
            e);
      }
      throw new DataException(
          file + ": found no such file; relative paths start at " + Path.of("").toAbsolutePath(),
          e);
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }

  /**
   * @throws DataException if the file is no longer the one that was opened
   */
  void checkUnchanged() {
    if (!stampOf(file).equals(stamp)) {
      throw new DataException(
          file
              + ": found another size, time or file than at the beginning, expected a file that"
              + " does not change while it is scored; score it again when it is complete",
          null);
    }
  }

  String text() {
    return stamp.text();
  }
}
