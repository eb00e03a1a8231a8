package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a model cannot be loaded: it is missing, damaged, of an unknown format, or needs a
 * feature that the engine does not have.
 */
public class ModelLoadException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param cause the cause, or null if there is none
   */
  public ModelLoadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
