package io.mlops4j.bench.conformance;

import java.util.List;

/**
 * An input or output.
 *
 * @param tensors one, or those of a sequence
 */
record Value(boolean isSequence, List<Tensor> tensors) {
  static Value of(Tensor tensor) {
    return new Value(false, List.of(tensor));
  }

  static Value sequence(List<Tensor> tensors) {
    return new Value(true, List.copyOf(tensors));
  }

  /** Types and shapes, for people. */
  @Override
  public String toString() {
    return isSequence ? "sequence" + tensors : tensors.get(0).toString();
  }
}
