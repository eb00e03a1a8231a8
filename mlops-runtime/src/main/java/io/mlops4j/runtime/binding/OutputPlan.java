package io.mlops4j.runtime.binding;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;

/**
 * One output that can be read.
 *
 * @param output its number in the signature
 * @param spec what the model declares
 */
record OutputPlan(int output, ValueSpec spec) {
  String name() {
    return spec.name();
  }

  /** Sequences and maps are not read. */
  boolean isTensor() {
    return spec instanceof TensorSpec;
  }

  ElementType type() {
    if (spec instanceof TensorSpec tensor) {
      return tensor.type();
    }
    throw new IllegalArgumentException(
        "output "
            + name()
            + ": found "
            + spec
            + ", expected a tensor; export the model so that it returns one");
  }

  /** Values in a row as far as the model declares them: what an answer without rows has. */
  int declaredWidth() {
    long width = 1;
    if (spec instanceof TensorSpec tensor) {
      for (int i = 1; i < tensor.shape().size(); i++) {
        width *= tensor.shape().get(i).size().orElse(1);
      }
    }
    return Math.toIntExact(width);
  }
}
