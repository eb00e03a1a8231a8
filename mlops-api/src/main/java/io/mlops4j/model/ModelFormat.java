package io.mlops4j.model;

import java.util.Objects;

/**
 * The format of a model's bytes. The set is open: a further engine may bring its own, but model
 * files and folders are only recognised as one of the two below.
 *
 * @param id a short lower-case identifier
 */
public record ModelFormat(String id) {
  /** An ONNX protobuf, usually {@code *.onnx}. */
  public static final ModelFormat ONNX = new ModelFormat("onnx");

  /** A TensorFlow SavedModel folder. */
  public static final ModelFormat TENSORFLOW = new ModelFormat("tensorflow-savedmodel");

  /**
   * Checks the identifier.
   *
   * @param id a short lower-case identifier
   * @throws IllegalArgumentException if it is blank
   */
  public ModelFormat {
    Objects.requireNonNull(id, "id");
    if (id.isBlank()) {
      throw new IllegalArgumentException(
          "id: found a blank identifier, expected one like \"onnx\"");
    }
  }
}
