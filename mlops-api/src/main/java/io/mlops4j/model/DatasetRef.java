package io.mlops4j.model;

import java.util.Objects;

/**
 * A data set by name and content.
 *
 * @param name a name that people know it by
 * @param digest what its bytes are
 */
public record DatasetRef(String name, Digest digest) {
  /**
   * Checks the parts.
   *
   * @param name a name that people know it by
   * @param digest what its bytes are
   * @throws IllegalArgumentException if the name is blank
   */
  public DatasetRef {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(digest, "digest");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: found a blank name, expected the data set's name");
    }
  }

  /**
   * Names a data set.
   *
   * @param name a name that people know it by
   * @param digest what its bytes are
   * @return the reference
   */
  public static DatasetRef of(String name, Digest digest) {
    return new DatasetRef(name, digest);
  }
}
