package io.mlops4j.runtime.compatibility;

/**
 * What a model must do, in the engine's own format. {@code N}, {@code M}, {@code A} and {@code B}
 * are dimensions that the model leaves open; a format with names for them uses one name for one
 * letter. Outputs are in this order.
 */
public enum Job {
  /** {@code (a: float32[N], b: float32[N]) -> (sum: float32[N])}: a + b. */
  SUM,

  /**
   * {@code (x: float32[N, 4]) -> (y: float32[N, 2])}: each row times the matrix {@code (1, 2), (-1,
   * 0.5), (0, 3), (2, -1)}, plus {@code (0.5, -0.25)}.
   */
  AFFINE,

  /** {@code (a: string[N], b: string[N]) -> (joined: string[N])}: b directly after a. */
  JOIN,

  /**
   * {@code (index: int64[N]) -> (value: float32[N])}: 10, 20 or 30 for 0, 1 or 2; fails while it
   * runs for any other index of 3 or more.
   */
  LOOKUP,

  /**
   * {@code (n: int64[N]) -> (done: int64[N])}: gives n back, and takes the longer the larger the
   * largest n is.
   */
  SLOW,

  /**
   * {@code (x: float32[N]) -> (index: int64[M], kept: float32[M])}: where x is not zero, and those
   * values.
   */
  NONZERO,

  /** {@code (x: float32[N]) -> (square: float32[N], twice: float32[N])}. */
  TWO,

  /** {@code (x: float32[]) -> (negative: float32[])}: a scalar, and what it is short of 0. */
  SCALAR,

  /** {@code (x: float32[8, 4]) -> (negative: float32[8, 4])}: eight rows, no more and no fewer. */
  FIXED,

  /**
   * {@code (x: float32[N, A, B]) -> (turned: float32[N, B, A])}: the matrix of each row, turned
   * over.
   */
  TURN,

  /** {@code (x: float32[N, A], w: float32[N, A]) -> (product: float32[N, A])}: x times w. */
  PRODUCT
}
