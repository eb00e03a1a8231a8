package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/** A model that was loaded, was given acceptable input, and still failed to answer. */
public class InferenceException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param cause what led to it, or null when there is nothing below
   */
  public InferenceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
