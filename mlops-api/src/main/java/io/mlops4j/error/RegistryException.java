package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/**
 * A registry that cannot do what was asked: an unknown model, version or alias, a lost race, a
 * folder that cannot be used.
 */
public class RegistryException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param cause what led to it, or null when there is nothing below
   */
  public RegistryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
