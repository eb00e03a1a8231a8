package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.runtime.internal.duckdb.Sql;

/** Checks doubles that become floats. DuckDB makes infinities of those that are too large. */
final class SingleFloats {
  private SingleFloats() {}

  /** Returns the condition for finite values that round to an infinity. */
  static String isBad(String name) {
    String column = Sql.name(name);
    return "isfinite(" + column + ") AND abs(" + column + ") >= " + 0x1.ffffffp127;
  }

  /** Returns the expression that converts a column. */
  static String convert(String name) {
    return CheckedCast.of(
        name,
        isBad(name),
        "FLOAT",
        "a value that fits float32 (up to 3.4028235E38); set FLOAT64 with ReadOptions.type");
  }
}
