package io.mlops4j.model;

import java.util.Objects;

/**
 * One published version of a model. A version never changes, because the digest covers its bytes.
 * Immutable and thread safe.
 *
 * @param name the model's name
 * @param number 1 for the first version, then one more for each version
 * @param digest the digest of the model's file; for a folder, the digest of the list of its files
 */
public record ModelVersion(String name, int number, Digest digest) {
  /**
   * Checks the parts.
   *
   * @param name the model's name
   * @param number 1 for the first version, then one more for each version
   * @param digest the digest of the model's file; for a folder, the digest of the list of its files
   * @throws IllegalArgumentException if the name is not allowed or the number is below 1
   */
  public ModelVersion {
    ModelRef.checkName("model", name);
    Objects.requireNonNull(digest, "digest");
    if (number < 1) {
      throw new IllegalArgumentException("number: found " + number + ", expected at least 1");
    }
  }

  /**
   * Returns the reference to exactly this version.
   *
   * @return {@code name:number}
   */
  public ModelRef ref() {
    return ModelRef.parse(name + ":" + number);
  }

  /**
   * Returns the reference as text.
   *
   * @return for example {@code fraud:7}
   */
  @Override
  public String toString() {
    return name + ":" + number;
  }
}
