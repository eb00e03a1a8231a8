package io.mlops4j.registry;

/**
 * Signs the records that a registry writes, so that whoever can write its store cannot write its
 * history. Given to a registry by {@link RegistryOptions.Builder#signing}. Thread safe.
 *
 * <p>An implementation signs whatever bytes it is given, as a key store or a device does. They
 * begin with what kind of record they are, so that the signature of one is never that of another
 * kind, or of a model, under the same key.
 */
public interface RecordSigner {
  /**
   * What the key is called in the records that it signs, so that others find it.
   *
   * @return the same text for the same key, not blank
   */
  String keyHint();

  /**
   * Signs a record that is about to be written, in the middle of the change: whoever wants to
   * change the same may wait for it. What this throws ends the change, which then has not happened.
   *
   * @param record what to sign, all of it
   * @return the signature, at least one byte
   */
  byte[] signRecord(byte[] record);
}
