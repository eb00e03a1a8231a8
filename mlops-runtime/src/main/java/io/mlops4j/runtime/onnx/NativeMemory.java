package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;

/** Distinguishes a lack of native memory, which is temporary, from a defect of a model. */
final class NativeMemory {
  private NativeMemory() {}

  /**
   * Returns the cause to attach to an exception. ONNX Runtime has no error code for a failed
   * allocation, so this reads the message.
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

  /** Returns whether a run needed more working memory than was left of the model's limit. */
  static boolean isOverLimit(OrtException failure) {
    return String.valueOf(failure.getMessage()).contains("is smaller than requested bytes of");
  }

  /** Returns what a run that failed should have been. */
  static String expected(OrtException failure) {
    if (isOverLimit(failure)) {
      return "a call that needs no more working memory than the model's limit: fewer rows, fewer"
          + " calls at once, or a higher limit";
    }
    return cause(failure) == failure
        ? "values and shapes that the model's operators take"
        : "free memory outside the Java heap: fewer rows, fewer calls at once, a smaller heap, or a"
            + " larger container";
  }
}
