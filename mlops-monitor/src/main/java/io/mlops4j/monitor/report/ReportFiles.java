package io.mlops4j.monitor.report;

import io.mlops4j.error.DataException;
import io.mlops4j.internal.PartFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/** Reads the resources of this package and writes reports to files. */
final class ReportFiles {
  private ReportFiles() {}

  static String resource(String name) {
    try (InputStream in = ReportFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + " of the jar", e);
    }
  }

  /**
   * Writes a report beside the file and moves it to its name when it is complete. After a failure
   * an earlier file of that name is unchanged, and after a success its permissions are. A target
   * that is no regular file, such as a pipe or a link to a file that is not there, is written
   * directly. So is {@code /dev/stdout}: what is already in its file stays.
   */
  static void write(Path file, String text) {
    Objects.requireNonNull(file, "file");
    if (Files.isDirectory(file)) {
      throw new DataException(
          file + ": found a folder, expected a file for the report; add a file name", null);
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      if (PartFiles.canReplace(file)) {
        PartFiles.replace(file, bytes);
      } else {
        PartFiles.append(file, bytes);
      }
    } catch (NoSuchFileException e) {
      throw new DataException(
          file + ": found no folder for the report, expected one that exists; create it", e);
    } catch (IOException e) {
      throw new DataException(
          "cannot write the report to " + file + ", an earlier file is unchanged: " + e, e);
    }
  }
}
