package io.mlops4j.model;

import java.util.Locale;

/** The type of one element of a tensor. */
public enum ElementType {
  /** IEEE 754 half precision. */
  FLOAT16(2),
  /** The upper half of a {@link #FLOAT32}. */
  BFLOAT16(2),
  /** IEEE 754 single precision, Java's {@code float}. */
  FLOAT32(4),
  /** IEEE 754 double precision, Java's {@code double}. */
  FLOAT64(8),
  /** Signed, Java's {@code byte}. */
  INT8(1),
  /** Signed, Java's {@code short}. */
  INT16(2),
  /** Signed, Java's {@code int}. */
  INT32(4),
  /** Signed, Java's {@code long}. */
  INT64(8),
  /** Unsigned, one byte. */
  UINT8(1),
  /** Unsigned, two bytes. */
  UINT16(2),
  /** Unsigned, four bytes. */
  UINT32(4),
  /** Unsigned, eight bytes. */
  UINT64(8),
  /** One byte in an engine's memory, one bit in an Arrow column. */
  BOOL(1),
  /** Text of any length, UTF-8. */
  STRING(0);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns the size of one element in an engine's memory.
   *
   * @return the number of bytes; 0 for {@link #STRING}, whose elements have no fixed size
   */
  public int bytes() {
    return bytes;
  }

  /**
   * Returns the name in lower case.
   *
   * @return for example {@code float32}
   */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
