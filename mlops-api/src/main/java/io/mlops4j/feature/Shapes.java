package io.mlops4j.feature;

import java.util.Arrays;

/** Checks of shapes. */
final class Shapes {
  private Shapes() {}

  /**
   * Returns the number of elements.
   *
   * @throws IllegalArgumentException if a size is negative or the number exceeds an int
   */
  static int elements(long... shape) {
    boolean negative = Arrays.stream(shape).anyMatch(size -> size < 0);
    boolean empty = Arrays.stream(shape).anyMatch(size -> size == 0);
    long elements = 1;
    for (long size : shape) {
      elements = empty ? 0 : Math.min(elements, Integer.MAX_VALUE + 1L) * Math.min(size, 1L << 31);
    }
    if (negative || elements > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "shape: found "
              + Arrays.toString(shape)
              + ", expected sizes of 0 or more and fewer than 2^31 elements");
    }
    return (int) elements;
  }
}
