package io.mlops4j.model;

/** One input or output that a model's bytes declare. ONNX and SavedModel have no further kinds. */
public sealed interface ValueSpec permits TensorSpec, SequenceSpec, MapSpec {
  /**
   * Returns the declared name, by which columns are matched.
   *
   * @return the name; empty inside another value
   */
  String name();

  /**
   * Returns the type of the elements: those of a tensor, of the values of a sequence, or of the
   * values of a map.
   *
   * @return the type
   */
  ElementType type();

  /**
   * Returns whether a call may omit the value.
   *
   * @return true for an optional value
   */
  boolean optional();
}
