package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * Checks the beginning of text files. DuckDB would read big-endian UTF-16 as other characters, and
 * an empty file as a column without values, both without a failure.
 */
final class Encodings {
  private Encodings() {}

  /** More bytes than an empty file has spaces and ends of lines. */
  private static final int START = 1 << 12;

  /** DuckDB says what is wrong, or reads lines of JSON that are longer than those of CSV. */
  private static final String UNKNOWN = "?";

  static void check(DataFormat format, List<Path> files, ReadOptions options, DuckDb database) {
    if (!format.isText()) {
      return;
    }
    List<String> marks = files.stream().map(file -> mark(file, database)).toList();
    boolean allBlank = marks.stream().allMatch(String::isBlank);
    for (int i = 0; i < files.size(); i++) { // one of several files of JSON may have no rows
      if (marks.get(i).isBlank() && (allBlank || format == DataFormat.CSV)) {
        throw new DataException(
            files.get(i) + ": found an empty file, expected rows; was it written to its end?",
            null);
      }
    }
    boolean wide = options.encoding().map(set -> set.name().startsWith("UTF-16")).orElse(false);
    for (int i = 0; i < files.size(); i++) {
      String mark = marks.get(i);
      if (mark.startsWith("\u00fe\u00ff")) {
        throw new DataException(
            files.get(i) + ": found big-endian UTF-16, expected UTF-8; convert the file first",
            null);
      }
      if (mark.startsWith("\u00ff\u00fe") && !wide) {
        throw new DataException(
            files.get(i)
                + ": found UTF-16, expected UTF-8; set ReadOptions.encoding for a CSV file, or"
                + " convert the file first",
            null);
      }
      if (!wide && mark.substring(0, Math.min(4, mark.length())).indexOf(0) >= 0) {
        throw new DataException(
            files.get(i)
                + ": found bytes that are 0, as in UTF-16 and UTF-32, expected UTF-8; set"
                + " ReadOptions.encoding for a CSV file in UTF-16LE, or convert the file first",
            null);
      }
    }
  }

  /**
   * Returns the first bytes, where a mark of the encoding stands, without a mark of UTF-8; checks
   * the archive.
   */
  private static String mark(Path file, DuckDb database) {
    try {
      if (TextStart.isZstd(file)) {
        ZstdFrames.check(file);
      }
      String start = TextStart.of(file, StandardCharsets.ISO_8859_1, START, database);
      return start.startsWith("\u00ef\u00bb\u00bf") ? start.substring(3) : start;
    } catch (EOFException e) {
      throw new DataException(
          file
              + ": cannot be read: found a gzip file without its end, expected all of it; write or"
              + " copy it again",
          e);
    } catch (IOException e) {
      if (e.getCause() instanceof SQLException) {
        return UNKNOWN;
      }
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
