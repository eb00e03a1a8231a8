package io.mlops4j.registry;

/**
 * Signs the records that a registry writes. Then write access to the store is not enough to rewrite
 * its history. {@link RegistryOptions.Builder#signing} sets it. Thread safe.
 *
 * <p>An implementation signs any bytes that it receives, with a key store or a device, for example.
 * The bytes begin with the kind of the record. So a signature of one kind of record is never valid
 * for another kind, or for a model, under the same key.
 */
public interface RecordSigner {
  /**
   * Returns the name of the key. Each signed record holds this name, so that verifiers find the
   * key.
   *
   * @return the same text for the same key, not blank
   */
  String keyHint();

  /**
   * Signs a record during the change that writes it. Other processes that change the same alias or
   * model may have to wait for this method. An exception ends the change, and nothing is changed.
   *
   * @param record the complete bytes to sign
   * @return the signature, at least one byte
   */
  byte[] signRecord(byte[] record);
}
