package io.mlops4j.error;

/**
 * Thrown when stored bytes are not those that the registry recorded: a file is missing, or a digest
 * or a link of a history does not match. No engine has read the bytes.
 */
public final class IntegrityException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private final boolean missing;

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   */
  public IntegrityException(String message) {
    this(message, false);
  }

  /**
   * Creates the exception.
   *
   * @param message what was found, what was expected and what to do
   * @param missing true if the bytes are missing, false if they differ
   */
  public IntegrityException(String message, boolean missing) {
    super(message, null);
    this.missing = missing;
  }

  /**
   * Returns whether the bytes are missing. Missing bytes may return, for example when a share is
   * mounted again; different bytes stay different.
   *
   * @return false if bytes were found that differ from those recorded
   */
  public boolean isMissing() {
    return missing;
  }
}
