package io.mlops4j.runtime.binding;

import io.mlops4j.spi.StringColumn;

/** Texts in an array. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Texts(String[] values) implements StringColumn {
  @Override
  public long size() {
    return values.length;
  }

  @Override
  public String get(long i) {
    return values[Math.toIntExact(i)];
  }
}
