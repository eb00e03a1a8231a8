package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/**
 * Data that cannot be read: a missing, damaged, truncated or unsupported file, or a broken source.
 */
public class DataException extends MlopsException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param cause what led to it, or null when there is nothing below
   */
  public DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
