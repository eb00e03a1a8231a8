package io.mlops4j.spi;

import org.jspecify.annotations.Nullable;

/**
 * A column of text, given to an engine in whichever form it takes. Valid until the call returns.
 * One that says nothing else is read value by value.
 *
 * <p>Rows hold no null, as the null policy was applied before, and bytes are valid UTF-8. A value
 * that an application gave as a String may still hold half of a surrogate pair, which an engine
 * refuses.
 */
public interface StringColumn {
  /**
   * How many values there are.
   *
   * @return 0 or more
   */
  long size();

  /**
   * A value.
   *
   * @param i from 0
   * @return the text
   */
  String get(long i);

  /**
   * The address of {@code size() + 1} int32 offsets into {@link #utf8}.
   *
   * @return 0 when the column is dictionary-encoded or not in memory of this form
   */
  default long offsets() {
    return 0;
  }

  /**
   * The address of the UTF-8 bytes.
   *
   * @return 0 when {@link #offsets} is 0
   */
  default long utf8() {
    return 0;
  }

  /**
   * The distinct values of a dictionary-encoded column, decoded once; not to be written.
   *
   * @return null for a plain column; null inside for values that no code asks for
   */
  default @Nullable String @Nullable [] dictionary() {
    return null;
  }

  /**
   * The address of {@code size()} int32 codes into {@link #dictionary}.
   *
   * @return 0 for a plain column
   */
  default long codes() {
    return 0;
  }
}
