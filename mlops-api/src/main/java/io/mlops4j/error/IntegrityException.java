package io.mlops4j.error;

/**
 * Bytes that are not what the registry recorded: a digest or a link of the alias history does not
 * match. Nothing native has seen the bytes.
 */
public final class IntegrityException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   */
  public IntegrityException(String message) {
    super(message, null);
  }
}
