package io.mlops4j.runtime.binding;

/** How the values of a column fill an input. */
enum Fill {
  /** Row by row, along the first dimension. */
  STACKED,
  /** The value of the only row is the whole input. */
  WHOLE,
  /** Whole if there is one row, otherwise stacked: a tensor for an input of any rank. */
  EITHER;

  boolean isWhole(int rows) {
    return this == WHOLE || (this == EITHER && rows == 1);
  }
}
