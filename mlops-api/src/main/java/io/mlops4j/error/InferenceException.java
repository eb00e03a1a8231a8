package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/** Thrown when a loaded model received acceptable input and failed to return an answer. */
public class InferenceException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param cause the cause, or null if there is none
   */
  public InferenceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
