package io.mlops4j.runtime.binding;

/** How the values of a column make up an input. */
enum Fill {
  /** Row by row, along the first dimension. */
  STACKED,
  /** The one row is the whole input. */
  WHOLE,
  /** Whole when there is one row, stacked otherwise: a tensor for an input of any rank. */
  EITHER;

  boolean isWhole(int rows) {
    return this == WHOLE || (this == EITHER && rows == 1);
  }
}
