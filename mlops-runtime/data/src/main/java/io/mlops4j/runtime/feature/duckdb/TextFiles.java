package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * CSV or JSON files as they are read, to find a bad row after a read failed.
 *
 * @param dialect the form of CSV files; null for JSON
 */
record TextFiles(
    DataFormat format, List<Path> files, ReadOptions options, @Nullable CsvDialect dialect) {
  private static final Pattern LINES = Pattern.compile("(?i).*\\.(jsonl|ndjson)(\\.(gz|zst))?");

  /** Returns the table function of one of the files that parses columns as these types. */
  String source(Path file, Map<String, String> types) {
    return FileSql.files(format, List.of(file), options, dialect, types, false);
  }

  /** Returns a database for these files with the limits of the options. */
  DuckDb database() {
    return DuckDb.open(DuckDbFiles.settings(options, files));
  }

  /**
   * Returns where a row is, for people.
   *
   * @param row the number of the row in the file, from 1
   */
  String place(Path file, String row) {
    String name = files.size() > 1 ? file + ", " : "";
    boolean lines = format == DataFormat.JSON && LINES.matcher(file.toString()).matches();
    boolean header = format == DataFormat.CSV && options.header().orElse(true);
    return name + (lines ? "line " : "row ") + row + (header ? " after the header" : "");
  }
}
