package io.mlops4j.error;

/**
 * Thrown when a call did not end within its deadline. The model and its other callers are not
 * affected.
 */
public final class DeadlineException extends InferenceException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   */
  public DeadlineException(String message) {
    super(message, null);
  }
}
