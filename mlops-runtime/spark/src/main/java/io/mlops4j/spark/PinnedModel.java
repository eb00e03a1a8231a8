package io.mlops4j.spark;

import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.Serializable;

/**
 * A version that all tasks of a job use.
 *
 * @param version {@code name:number}
 * @param digest of its bytes
 */
record PinnedModel(RegistryAddress registry, String version, String digest)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
