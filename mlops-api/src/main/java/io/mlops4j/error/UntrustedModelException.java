package io.mlops4j.error;

/**
 * A model that a trust policy does not let in: unsigned, signed by nobody whom the policy names for
 * it, or not the bytes that were signed. No engine has seen it.
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
   * @param signatureMissing whether the model only lacks a signature
   */
  public UntrustedModelException(String model, String message, boolean signatureMissing) {
    super(message, null);
    this.model = model;
    this.signatureMissing = signatureMissing;
  }

  /**
   * Returns whether the model only lacks a signature, which may be added later.
   *
   * @return false if a signature was there and refused, or no signature could let the model in
   */
  public boolean isSignatureMissing() {
    return signatureMissing;
  }

  /**
   * Which model it was.
   *
   * @return the name by which the policy was asked
   */
  public String model() {
    return model;
  }
}
