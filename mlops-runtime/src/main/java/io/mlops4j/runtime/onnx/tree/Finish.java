package io.mlops4j.runtime.onnx.tree;

/** Makes a row's answer of its scores. Immutable. */
interface Finish {
  /** Replaces the scores of a row by its answer, and returns its label if it has one. */
  long row(Scores scores, int row);

  static Finish of(TreeDefinition trees, int count, TreeWeights weights) {
    Transform transform = Transform.of(trees.transform());
    if (trees.labels().length > 0) {
      return new ClassFinish(
          trees.labels(),
          trees.base(),
          transform,
          trees.targets() == 2 && weights.targets() == 1,
          !weights.hasNegative());
    }
    return new TargetFinish(
        trees.targets(), Aggregate.of(trees.aggregate()), trees.base(), transform, count);
  }
}
