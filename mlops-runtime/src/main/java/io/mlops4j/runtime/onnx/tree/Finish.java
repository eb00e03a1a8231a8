package io.mlops4j.runtime.onnx.tree;

import java.util.Arrays;

/** Makes a row's answer of its scores. Immutable. */
interface Finish {
  /** Replaces the scores of a row by its answer, and returns its label if it has one. */
  long row(Scores scores, int row);

  static Finish of(TreeDefinition trees, int count) {
    Transform transform = Transform.of(trees.transform());
    if (trees.labels().length > 0) {
      return new ClassFinish(
          trees.labels(),
          trees.base(),
          transform,
          trees.targets() == 2 && Arrays.stream(trees.weightTargets()).distinct().count() == 1,
          !hasNegative(trees.weights()));
    }
    return new TargetFinish(
        trees.targets(), Aggregate.of(trees.aggregate()), trees.base(), transform, count);
  }

  /** ONNX Runtime looks at the weights of branches, too, which it does not add. */
  private static boolean hasNegative(float[] weights) {
    for (float weight : weights) {
      if (weight < 0) {
        return true;
      }
    }
    return false;
  }
}
