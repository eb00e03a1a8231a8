package io.mlops4j.error;

/**
 * Thrown when a trust policy rejects a model: it is not signed, it is not signed by a signer that
 * the policy names for it, or its bytes differ from those that were signed. No engine has read it.
 */
public final class UntrustedModelException extends ModelLoadException {
  private static final long serialVersionUID = 1L;

  private final String model;
  private final boolean signatureMissing;

  /**
   * Creates the exception.
   *
   * @param model the model's name
   * @param message what was found, what was expected and what to do
   */
  public UntrustedModelException(String model, String message) {
    this(model, message, false);
  }

  /**
   * Creates the exception.
   *
   * @param model the model's name
   * @param message what was found, what was expected and what to do
   * @param signatureMissing true if the model only lacks a signature
   */
  public UntrustedModelException(String model, String message, boolean signatureMissing) {
    super(message, null);
    this.model = model;
    this.signatureMissing = signatureMissing;
  }

  /**
   * Returns whether the model only lacks a signature, which can still be added.
   *
   * @return false if a signature was rejected, or if no signature could make the policy accept the
   *     model
   */
  public boolean isSignatureMissing() {
    return signatureMissing;
  }

  /**
   * Returns the model's name.
   *
   * @return the name for which the policy was evaluated
   */
  public String model() {
    return model;
  }
}
