package io.mlops4j.runtime.view;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kinds of values that columns have, each for some types of DuckDB. */
enum Kind {
  BOOLEAN(1),
  INTEGER(2),
  FLOAT(3),
  DOUBLE(4),
  TEXT(5),
  TIME(6);

  private final int code;

  Kind(int code) {
    this.code = code;
  }

  /** Returns the number of this kind in stored rows, which never changes. */
  int code() {
    return code;
  }

  /** Returns the kind with a number, or null if there is none. */
  static @Nullable Kind of(int code) {
    for (Kind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    return null;
  }

  /** Returns the kind of a type of DuckDB, or null if there is none. */
  static @Nullable Kind of(String type) {
    String upper = type.toUpperCase(Locale.ROOT);
    return switch (upper) {
      case "BOOLEAN" -> BOOLEAN;
      case "TINYINT",
          "SMALLINT",
          "INTEGER",
          "BIGINT",
          "UTINYINT",
          "USMALLINT",
          "UINTEGER",
          "UBIGINT",
          "HUGEINT" ->
          INTEGER;
      case "FLOAT" -> FLOAT;
      case "DOUBLE" -> DOUBLE;
      case "VARCHAR", "UUID" -> TEXT;
      case "TIMESTAMP",
          "TIMESTAMP_S",
          "TIMESTAMP_MS",
          "TIMESTAMP_NS",
          "TIMESTAMP WITH TIME ZONE",
          "DATE" ->
          TIME;
      default -> upper.startsWith("ENUM(") ? TEXT : null;
    };
  }

  /** Returns whether values of this kind can name an entity. */
  boolean isKey() {
    return this == BOOLEAN || this == INTEGER || this == TEXT;
  }

  /** Returns an expression for a value in the one type that its kind has in Java. */
  String plain(String column, String type) {
    return switch (this) {
      case INTEGER -> column + "::BIGINT";
      case TEXT -> column + "::VARCHAR";
      case TIME -> micros(column, type, false);
      default -> column;
    };
  }

  /**
   * Returns an expression for a time as TIMESTAMP, of which DuckDB knows the range in a file. It
   * sorts such columns faster than computed ones. Rounds as {@link #micros}.
   */
  static String moment(String column, String type, boolean up) {
    return switch (type.toUpperCase(Locale.ROOT)) {
      case "TIMESTAMP" -> column;
      case "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE" ->
          "make_timestamp(" + micros(column, type, up) + ")";
      // DuckDB moves a cast into the parser of CSV, which then has no form of dates.
      case "DATE" -> "(" + column + " + INTERVAL 0 DAY)";
      default -> column + "::TIMESTAMP";
    };
  }

  /**
   * Returns an expression for a time in microseconds. Nanoseconds are rounded up for events and
   * down for labels, so that no label sees an event of its future.
   */
  static String micros(String column, String type, boolean up) {
    if (type.equalsIgnoreCase("TIMESTAMP_NS")) {
      String nanos = "(epoch_ns(" + column + ")" + (up ? " + 999)" : ")");
      return "(" + nanos + " - ((" + nanos + " % 1000) + 1000) % 1000) // 1000";
    }
    return "epoch_us(" + column + ")";
  }
}
