package io.mlops4j.model;

/**
 * One input or output as the model's bytes declare it. ONNX and SavedModel know no further kind.
 */
public sealed interface ValueSpec permits TensorSpec, SequenceSpec, MapSpec {
  /**
   * The name by which columns meet it.
   *
   * @return the declared name
   */
  String name();

  /**
   * Whether a call may leave it out.
   *
   * @return true for an optional value
   */
  boolean optional();
}
