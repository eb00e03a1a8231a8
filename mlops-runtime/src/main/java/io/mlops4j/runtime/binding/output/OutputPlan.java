package io.mlops4j.runtime.binding.output;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;

/**
 * One output of the model.
 *
 * @param output the number of the output in the signature
 * @param spec the output as the model declares it
 */
record OutputPlan(int output, ValueSpec spec) {
  String name() {
    return spec.name();
  }

  boolean isTensor() {
    return spec instanceof TensorSpec;
  }

  boolean isOfMaps() {
    return spec instanceof MapSpec
        || (spec instanceof SequenceSpec sequence && sequence.element() instanceof MapSpec);
  }

  MapSpec map() {
    return spec instanceof SequenceSpec sequence ? (MapSpec) sequence.element() : (MapSpec) spec;
  }

  ElementType type() {
    return requireTensor("values").type();
  }

  TensorSpec requireTensor(String wanted) {
    if (spec instanceof TensorSpec tensor) {
      return tensor;
    }
    throw new IllegalArgumentException(
        "output "
            + name()
            + ": found "
            + spec
            + ", expected a tensor for its "
            + wanted
            + "; read a sequence or map with vector(\""
            + name()
            + "\"), or export the model so that it returns a tensor");
  }

  /** Returns the shape of a tensor without rows; dimensions that the model leaves open are 1. */
  long[] emptyShape() {
    TensorSpec tensor = requireTensor("shape");
    long[] shape = new long[Math.max(1, tensor.shape().size())];
    for (int i = 1; i < shape.length; i++) {
      shape[i] = tensor.shape().get(i).size().orElse(1);
    }
    return shape;
  }

  /** Whether the model declares more than one value for each row. */
  boolean hasSeveral() {
    return spec instanceof TensorSpec tensor
        && tensor.shape().stream().skip(1).anyMatch(dim -> dim.size().orElse(1) > 1);
  }
}
