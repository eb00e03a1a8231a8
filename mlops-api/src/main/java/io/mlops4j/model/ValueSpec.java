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
   * Returns whether a call may omit the value.
   *
   * @return true for an optional value
   */
  boolean optional();
}
