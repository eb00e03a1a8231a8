package io.mlops4j.registry;

import io.mlops4j.model.ModelVersion;
import java.util.List;

/**
 * The result of a garbage collection. Immutable and thread safe.
 *
 * @param deleted versions that it deleted because the retention no longer keeps them
 * @param removed deleted versions whose grace period was over, and whose bytes it removed
 * @param restored deleted versions that it restored because an alias pointed to them or a process
 *     had leased them
 * @param bytes the number of bytes that were freed
 */
public record Collected(
    List<ModelVersion> deleted,
    List<ModelVersion> removed,
    List<ModelVersion> restored,
    long bytes) {
  /**
   * Copies the lists.
   *
   * @param deleted versions that it deleted because the retention no longer keeps them
   * @param removed deleted versions whose grace period was over, and whose bytes it removed
   * @param restored deleted versions that it restored because an alias pointed to them or a process
   *     had leased them
   * @param bytes the number of bytes that were freed
   */
  public Collected {
    deleted = List.copyOf(deleted);
    removed = List.copyOf(removed);
    restored = List.copyOf(restored);
  }
}
