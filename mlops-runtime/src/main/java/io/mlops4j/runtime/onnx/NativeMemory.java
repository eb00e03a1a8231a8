package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;

/** Tells a lack of native memory, which passes, from what is wrong with a model. */
final class NativeMemory {
  private NativeMemory() {}

  /**
   * Gives an exception its cause. ONNX Runtime has no error code for a failed allocation, so this
   * reads its message, and whoever classifies the failure need not.
   *
   * @return an {@link OutOfMemoryError} with the failure as its cause if memory was too short; the
   *     failure itself otherwise
   */
  static Throwable cause(OrtException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("bad_alloc")
            || message.contains("bad allocation")
            || message.contains("Failed to allocate memory")
        ? new OutOfMemoryError("native memory").initCause(failure)
        : failure;
  }
}
