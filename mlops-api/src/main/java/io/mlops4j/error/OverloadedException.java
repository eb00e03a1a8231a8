package io.mlops4j.error;

/**
 * Thrown when a call was rejected because too many calls wait for the model. The model did not run
 * for it.
 */
public final class OverloadedException extends InferenceException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   */
  public OverloadedException(String message) {
    super(message, null);
  }
}
