package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a registry cannot do what was requested: the model, version or alias is unknown,
 * another process was faster, or the store cannot be used.
 */
public class RegistryException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param cause the cause, or null if there is none
   */
  public RegistryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
