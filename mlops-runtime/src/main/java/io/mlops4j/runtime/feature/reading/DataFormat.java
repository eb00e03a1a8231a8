package io.mlops4j.runtime.feature.reading;

import io.mlops4j.error.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Formats of files of rows, and the names by which they are recognised. */
public enum DataFormat {
  /** Arrow IPC, as a file or a stream. */
  ARROW,
  /** Parquet. */
  PARQUET,
  /** Lines of values, also compressed. */
  CSV,
  /** JSON objects, also compressed. */
  JSON,
  /** None of these. */
  UNKNOWN;

  /**
   * Recognises a format by its first bytes, and text by its name or its first character.
   *
   * @param file the file; only read
   * @return the format; {@link #UNKNOWN} for other content
   * @throws IOException if the file cannot be read
   */
  public static DataFormat of(Path file) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(64);
    }
    String first = new String(start, StandardCharsets.ISO_8859_1);
    if (first.startsWith("ARROW1") || first.startsWith("\u00ff\u00ff\u00ff\u00ff")) {
      return ARROW;
    }
    if (first.startsWith("PAR1")) {
      return PARQUET;
    }
    DataFormat named = named(file);
    return named == UNKNOWN && first.strip().startsWith("{") ? JSON : named;
  }

  /**
   * Says that a file is missing.
   *
   * @param file the file
   * @return an exception to throw
   */
  public static DataException missing(Path file) {
    return new DataException(
        file
            + ": found no such file, expected a file of rows; "
            + "check the path, relative ones start at "
            + Path.of("").toAbsolutePath(),
        null);
  }

  /**
   * Recognises a format by the end of the name.
   *
   * @param file a file, which need not exist
   * @return the format; {@link #UNKNOWN} for another name
   */
  public static DataFormat named(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    String plain = name.replaceFirst("\\.(gz|zst)$", "");
    if (plain.endsWith(".csv") || plain.endsWith(".tsv")) {
      return CSV;
    }
    if (plain.endsWith(".json") || plain.endsWith(".jsonl") || plain.endsWith(".ndjson")) {
      return JSON;
    }
    if (name.endsWith(".parquet")) {
      return PARQUET;
    }
    boolean arrow = name.endsWith(".arrow") || name.endsWith(".feather") || name.endsWith(".ipc");
    return arrow ? ARROW : UNKNOWN;
  }

  /**
   * Returns whether files of the format have no types of their own.
   *
   * @return true for CSV and JSON
   */
  public boolean isText() {
    return this == CSV || this == JSON;
  }
}
