package io.mlops4j.flink;

import io.mlops4j.model.ModelVersion;
import java.io.Serializable;

/**
 * A version of a model.
 *
 * @param version {@code name:number}
 * @param digest of its bytes
 */
record PinnedModel(String version, String digest) implements Serializable {
  private static final long serialVersionUID = 1L;

  static PinnedModel of(ModelVersion version) {
    return new PinnedModel(version.toString(), version.digest().toString());
  }

  @Override
  public String toString() {
    return version + " (" + digest + ")";
  }
}
