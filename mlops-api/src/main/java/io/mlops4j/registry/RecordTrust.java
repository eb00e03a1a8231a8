package io.mlops4j.registry;

/**
 * Judges who signed the records of a registry. Given to a registry by {@link
 * RegistryOptions.Builder#trusting(RecordTrust)}, or to a verification. Thread safe.
 */
public interface RecordTrust {
  /**
   * Whether somebody who is trusted with a model's records made this signature. A registry may ask
   * once for a record, and remember the answer while it is open.
   *
   * @param model the model's name
   * @param keyHint what the record says that the key is called; anybody may have written it
   * @param record what was signed, as a {@link RecordSigner} was given it
   * @param signature the signature; any bytes
   * @return false also for bytes that are no signature
   */
  boolean verifies(String model, String keyHint, byte[] record, byte[] signature);

  /**
   * Whether the records of a model may be without a signature. One that is there must hold anyway.
   *
   * @param model the model's name
   * @return false unless an implementation says otherwise
   */
  default boolean allowsUnsigned(String model) {
    return false;
  }

  /**
   * Whom this trusts with a model's records, for the message to whoever has others.
   *
   * @param model the model's name
   * @return for example {@code P-256 key e8450dec4eb9}
   */
  String signers(String model);
}
