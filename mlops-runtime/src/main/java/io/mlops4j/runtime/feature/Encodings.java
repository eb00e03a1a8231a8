package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.ReadOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks the beginning of text files. DuckDB would read big-endian UTF-16 as other characters, and
 * an empty file as a column without values, both without a failure.
 */
final class Encodings {
  private Encodings() {}

  static void check(DataFormat format, List<Path> files, ReadOptions options) {
    if (format != DataFormat.CSV && format != DataFormat.JSON) {
      return;
    }
    if (files.stream().allMatch(Encodings::isEmpty)) { // one of several may have no rows
      throw new DataException(
          files.get(0) + ": found an empty file, expected rows; was it written to its end?", null);
    }
    boolean wide = options.encoding().map(set -> set.name().startsWith("UTF-16")).orElse(false);
    for (Path file : files) {
      int mark = mark(file);
      if (mark == 0xfeff) {
        throw new DataException(
            file + ": found big-endian UTF-16, expected UTF-8; convert the file first", null);
      }
      if (mark == 0xfffe && !wide) {
        throw new DataException(
            file
                + ": found UTF-16, expected UTF-8; set ReadOptions.encoding for a CSV file, or"
                + " convert the file first",
            null);
      }
    }
  }

  private static boolean isEmpty(Path file) {
    try {
      return Files.size(file) == 0;
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }

  private static int mark(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() << 8 | in.read();
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }
}
