package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/**
 * An engine or device that was asked for is not there. The message names the artifact, driver or
 * library to add.
 */
public class EngineUnavailableException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param cause what led to it, or null when there is nothing below
   */
  public EngineUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
