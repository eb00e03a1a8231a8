package io.mlops4j.model;

import java.util.List;

/**
 * On which devices a model runs.
 *
 * @param devices device names, the first runs most of the model; never empty
 */
public record Placement(List<String> devices) {
  /**
   * Copies the list.
   *
   * @param devices device names, the first runs most of the model; never empty
   * @throws IllegalArgumentException if it is empty
   */
  public Placement {
    devices = List.copyOf(devices);
    if (devices.isEmpty()) {
      throw new IllegalArgumentException("devices: found none, expected at least one");
    }
  }

  /**
   * A placement.
   *
   * @param devices device names, the first runs most of the model
   * @return the placement
   */
  public static Placement of(String... devices) {
    return new Placement(List.of(devices));
  }

  /**
   * For people.
   *
   * @return for example {@code cpu}
   */
  @Override
  public String toString() {
    return String.join(", ", devices);
  }
}
