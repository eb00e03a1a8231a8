package io.mlops4j.runtime.binding;

import io.mlops4j.spi.StringColumn;

/** The texts of one column, in an array. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ColumnTexts(String[] values) implements StringColumn {
  @Override
  public long size() {
    return values.length;
  }

  @Override
  public String get(long i) {
    return values[Math.toIntExact(i)];
  }
}
