package io.mlops4j.runtime.feature.ipc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Describes files that are not Arrow IPC files, for messages. */
final class OtherFormats {
  private static final String ADVICE =
      ", expected an Arrow IPC file or stream, a Parquet file, or a text whose name ends in .csv,"
          + " .tsv, .json or .jsonl. ";

  private static final List<Format> KNOWN =
      List.of(
          new Format("PAR1", "a Parquet file", pandas("pandas.read_parquet(...)")),
          new Format("SQLite format 3", "an SQLite database", pandas("pandas.read_sql(...)")),
          new Format(
              "\u001f\u008b",
              "a gzip file",
              "Decompress it first, or name it data.csv.gz or data.json.gz if it is one."),
          new Format("PK\u0003\u0004", "a zip file", "Extract it first."),
          new Format("PK\u0005\u0006", "a zip file", "Extract it first."),
          new Format(
              "(\u00b5/\u00fd",
              "a Zstandard file",
              "Decompress it first, or name it data.csv.zst or data.json.zst if it is one."),
          new Format("Obj\u0001", "an Avro file", "Write it as an Arrow IPC file."),
          new Format("ORC", "an ORC file", pandas("pandas.read_orc(...)")),
          new Format("FEA1", "a Feather file of version 1", pandas("pandas.read_feather(...)")));

  /**
   * A format that is recognised by its first bytes.
   *
   * @param start these bytes in ISO 8859-1
   */
  private record Format(String start, String name, String advice) {}

  private OtherFormats() {}

  /**
   * Describes a file, and what to do.
   *
   * @param start the first bytes, at least one
   */
  static String describe(byte[] start) {
    String first = new String(start, StandardCharsets.ISO_8859_1);
    if ("ARROW1".startsWith(first)) {
      return found("only the first bytes of an Arrow IPC file", "Write or copy it again.");
    }
    return KNOWN.stream()
        .filter(format -> first.startsWith(format.start()))
        .findFirst()
        .map(format -> found(format.name(), format.advice()))
        .orElseGet(() -> isText(start) ? text(first) : found(bytes(start), "Check the path."));
  }

  private static String text(String first) {
    String line = first.strip();
    if (line.startsWith("{") || line.startsWith("[")) {
      return found("JSON text", "Rename it to a name that ends in .json or .jsonl.");
    }
    String head = first.lines().findFirst().orElse("");
    boolean columns = head.indexOf(',') >= 0 || head.indexOf(';') >= 0 || head.indexOf('\t') >= 0;
    return columns
        ? found("text that looks like CSV", "Rename it to a name that ends in .csv.")
        : found("text", "If it is CSV, rename it to a name that ends in .csv.");
  }

  private static String found(String what, String advice) {
    return "found " + what + ADVICE + advice;
  }

  private static String pandas(String frame) {
    return "Write it with Python: "
        + frame
        + ".to_feather(\"data.arrow\", compression=\"uncompressed\"); or make batches of records"
        + " with RecordBatches.";
  }

  /** Whether the bytes are UTF-8 without control characters; the last character may be cut off. */
  private static boolean isText(byte[] start) {
    for (byte b : start) {
      int value = b & 0xff;
      boolean space = value == '\t' || value == '\n' || value == '\r';
      if ((value < ' ' && !space) || value == 0x7f || value >= 0xf8) {
        return false;
      }
    }
    return true;
  }

  private static String bytes(byte[] start) {
    List<String> hex = new ArrayList<>();
    for (int i = 0; i < Math.min(8, start.length); i++) {
      hex.add(String.format("%02x", start[i]));
    }
    return "an unknown format that begins with the bytes " + String.join(" ", hex);
  }
}
