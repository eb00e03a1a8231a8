package io.mlops4j.monitor.report;

import io.mlops4j.error.DataException;
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

  static void write(Path file, String text) {
    Objects.requireNonNull(file, "file");
    try {
      Files.writeString(file, text);
    } catch (NoSuchFileException e) {
      throw new DataException(
          file + ": found no folder for the report, expected one that exists; create it", e);
    } catch (IOException e) {
      throw new DataException("cannot write the report to " + file + ": " + e, e);
    }
  }
}
