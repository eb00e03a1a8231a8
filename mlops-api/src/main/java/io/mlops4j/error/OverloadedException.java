package io.mlops4j.error;

/** A call that was refused because the queue in front of the model was full. Nothing was run. */
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
