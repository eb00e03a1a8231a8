package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/**
 * A model that cannot be loaded: missing, damaged, of an unknown format, or with a feature that the
 * engine does not have.
 */
public class ModelLoadException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param cause what led to it, or null when there is nothing below
   */
  public ModelLoadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
