package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a requested engine or device is not available. The message names the artifact, driver
 * or library to add.
 */
public class EngineUnavailableException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param cause the cause, or null if there is none
   */
  public EngineUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
