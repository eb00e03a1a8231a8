package io.mlops4j.runtime.onnx.tree;

/** How the weights of several trees become one score. */
enum Aggregate {
  SUM,
  AVERAGE,
  MIN,
  MAX;

  static Aggregate of(String name) {
    try {
      return valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new UnfitTreesException("the aggregate function is " + name);
    }
  }

  /** Whether the smaller or the larger weight remains, in place of the sum of all. */
  boolean picks() {
    return this == MIN || this == MAX;
  }
}
