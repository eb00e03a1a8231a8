package io.mlops4j.runtime.onnx.graph;

import org.jspecify.annotations.Nullable;

/**
 * The trees of a model, if it has any.
 *
 * @param graph null if the model has no trees, or if they cannot be separated from the rest
 * @param obstacle why they cannot be separated; empty for a model without trees
 */
public record FoundTrees(@Nullable TreeGraph graph, String obstacle) {
  static final FoundTrees NONE = new FoundTrees(null, "");

  /**
   * Returns whether the model has an ensemble of trees.
   *
   * @return true even if it cannot be separated
   */
  public boolean any() {
    return graph != null || !obstacle.isEmpty();
  }
}
