package io.mlops4j.runtime.binding;

import io.mlops4j.spi.StringColumn;
import org.jspecify.annotations.Nullable;

/** Text that is read value by value, wherever it lies. */
@FunctionalInterface
interface Texts {
  String get(int i);

  /** The form in which an engine takes it. */
  static StringColumn column(long size, Texts texts) {
    return new StringColumn() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public String get(long i) {
        return texts.get(Math.toIntExact(i));
      }

      @Override
      public long offsets() {
        return 0;
      }

      @Override
      public long utf8() {
        return 0;
      }

      @Override
      public @Nullable String @Nullable [] dictionary() {
        return null;
      }

      @Override
      public long codes() {
        return 0;
      }
    };
  }
}
