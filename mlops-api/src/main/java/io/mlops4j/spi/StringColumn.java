package io.mlops4j.spi;

import org.jspecify.annotations.Nullable;

/**
 * A column of text that a runtime gives to an engine, in the forms that the engine may read. It is
 * valid until the call returns. If the methods for offsets and codes return 0, the engine reads
 * value by value. Not thread safe.
 *
 * <p>There are no nulls, because the runtime has applied the null policy before. Bytes are valid
 * UTF-8. A value that an application gave as a String may still hold half of a surrogate pair; an
 * engine rejects such a value.
 */
public interface StringColumn {
  /**
   * Returns the number of values.
   *
   * @return 0 or more
   */
  long size();

  /**
   * Returns a value.
   *
   * @param i the index of the value, from 0
   * @return the text
   */
  String get(long i);

  /**
   * Returns the address of {@code size() + 1} int32 offsets into {@link #utf8}.
   *
   * @return 0 if the column is dictionary-encoded, or is not stored as UTF-8 with offsets
   */
  default long offsets() {
    return 0;
  }

  /**
   * Returns the address of the UTF-8 bytes.
   *
   * @return 0 if {@link #offsets} returns 0
   */
  default long utf8() {
    return 0;
  }

  /**
   * Returns the distinct values of a dictionary-encoded column. They are decoded once. Do not write
   * to the array.
   *
   * @return null for a plain column; an element is null if no code refers to it
   */
  default @Nullable String @Nullable [] dictionary() {
    return null;
  }

  /**
   * Returns the address of {@code size()} int32 codes into {@link #dictionary}.
   *
   * @return 0 for a plain column
   */
  default long codes() {
    return 0;
  }
}
