package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/** Names of files with signs of a pattern, such as {@code flights-*.parquet}. */
final class Patterns {
  private Patterns() {}

  /** Returns the file, or the files that match it, sorted by name. */
  static List<Path> files(Path file) {
    Path name = file.getFileName();
    if (name == null || !name.toString().matches(".*[*?\\[{].*") || Files.exists(file)) {
      return List.of(file);
    }
    Path parent = file.getParent();
    Path folder = parent == null ? Path.of("") : parent;
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> matching = Files.newDirectoryStream(folder, name.toString())) {
      matching.forEach(found::add);
    } catch (IOException | PatternSyntaxException e) {
      throw new DataException(file + ": cannot list the files of the pattern: " + e, e);
    }
    if (found.isEmpty()) {
      throw new DataException(
          file + ": found no file of that name and none that matches it; check the path", null);
    }
    return found.stream().sorted().toList();
  }
}
