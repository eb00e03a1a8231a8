package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when data cannot be read: a missing, damaged, truncated or unsupported file, or a broken
 * source.
 */
public class DataException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param cause the cause, or null if there is none
   */
  public DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
