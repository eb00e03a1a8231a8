package io.mlops4j.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The format of a model's bytes. Immutable and thread safe. The set of formats is open: other
 * engines may add formats. But model files and folders are only recognised as one of the two
 * formats below.
 *
 * @param id a short identifier in lower case, not blank
 */
public record ModelFormat(String id) {
  /** An ONNX protobuf, usually {@code *.onnx}. */
  public static final ModelFormat ONNX = new ModelFormat("onnx");

  /** A TensorFlow SavedModel folder. */
  public static final ModelFormat TENSORFLOW = new ModelFormat("tensorflow-savedmodel");

  /**
   * Checks the identifier.
   *
   * @param id a short identifier in lower case, not blank
   * @throws IllegalArgumentException if it is blank
   */
  public ModelFormat {
    Objects.requireNonNull(id, "id");
    if (id.isBlank()) {
      throw new IllegalArgumentException(
          "id: found a blank identifier, expected one like \"onnx\"");
    }
  }

  /** By hand, because the generated one would compile code at the first load of a process. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ModelFormat format && id.equals(format.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }
}
