package io.mlops4j.runtime.binding;

import io.mlops4j.spi.StringColumn;

/** Text that is read value by value, wherever it lies. */
@FunctionalInterface
interface TextSource {
  String get(int i);

  /** The form in which an engine takes it. */
  static StringColumn column(long size, TextSource texts) {
    return new StringColumn() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public String get(long i) {
        return texts.get(Math.toIntExact(i));
      }
    };
  }
}
