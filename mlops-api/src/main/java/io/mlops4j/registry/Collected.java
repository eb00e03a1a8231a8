package io.mlops4j.registry;

import io.mlops4j.model.ModelVersion;
import java.util.List;

/**
 * What a collection did.
 *
 * @param deleted versions that it deleted, because the retention no longer keeps them
 * @param removed deleted versions whose grace period was over and whose bytes are gone now
 * @param restored deleted versions that an alias named or a process leased after all
 * @param bytes how many bytes were freed
 */
public record Collected(
    List<ModelVersion> deleted,
    List<ModelVersion> removed,
    List<ModelVersion> restored,
    long bytes) {
  /**
   * Copies the parts.
   *
   * @param deleted versions that it deleted, because the retention no longer keeps them
   * @param removed deleted versions whose grace period was over and whose bytes are gone now
   * @param restored deleted versions that an alias named or a process leased after all
   * @param bytes how many bytes were freed
   */
  public Collected {
    deleted = List.copyOf(deleted);
    removed = List.copyOf(removed);
    restored = List.copyOf(restored);
  }
}
