package io.mlops4j.registry;

/**
 * Decides whose signatures on the records of a registry are trusted. {@link
 * RegistryOptions.Builder#trusting(RecordTrust)} or a verification sets it. Thread safe.
 */
public interface RecordTrust {
  /**
   * Returns whether a trusted signer of a model's records made this signature. A registry may call
   * it once for a record, and remember the result while it is open.
   *
   * @param model the model's name
   * @param keyHint the name of the key in the record; it is not verified
   * @param record the bytes that a {@link RecordSigner} received
   * @param signature the signature; may be any bytes
   * @return false if the signature is not valid or not trusted, or if the bytes are not a signature
   */
  boolean verifies(String model, String keyHint, byte[] record, byte[] signature);

  /**
   * Returns whether the records of a model may lack a signature. A signature that exists must be
   * valid anyway.
   *
   * @param model the model's name
   * @return false unless overridden
   */
  default boolean allowsUnsigned(String model) {
    return false;
  }

  /**
   * Returns the trusted signers of a model's records, for error messages.
   *
   * @param model the model's name
   * @return for example {@code P-256 key e8450dec4eb9}
   */
  String signers(String model);
}
