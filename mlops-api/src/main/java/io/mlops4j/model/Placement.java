package io.mlops4j.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** On which devices a model runs. Immutable: every {@code with} returns a changed copy. */
public final class Placement {
  private final List<String> devices;
  private final Map<String, Integer> nodes;
  private final Map<String, String> missing;

  private Placement(List<String> devices, Map<String, Integer> nodes, Map<String, String> missing) {
    this.devices = devices;
    this.nodes = nodes;
    this.missing = missing;
  }

  /**
   * A placement.
   *
   * @param devices device names, the one that was preferred first
   * @return the placement
   * @throws IllegalArgumentException if there are none
   */
  public static Placement of(String... devices) {
    if (devices.length == 0) {
      throw new IllegalArgumentException("devices: found none, expected at least one");
    }
    return new Placement(List.of(devices), Map.of(), Map.of());
  }

  /**
   * States how many nodes of the model each device ran.
   *
   * @param nodes numbers by device name, in the order in which they are told
   * @return a changed copy
   * @throws IllegalArgumentException if one is negative
   */
  public Placement withNodes(Map<String, Integer> nodes) {
    nodes.forEach(
        (device, number) -> {
          if (number < 0) {
            throw new IllegalArgumentException(
                "nodes of " + device + ": found " + number + ", expected 0 or more");
          }
        });
    return new Placement(devices, copy(nodes), missing);
  }

  /**
   * States which devices would have been taken before these.
   *
   * @param missing what is missing, by device name, the best first
   * @return a changed copy
   */
  public Placement withMissing(Map<String, String> missing) {
    return new Placement(devices, nodes, copy(missing));
  }

  private static <V> Map<String, V> copy(Map<String, V> map) {
    Map<String, V> copy = new LinkedHashMap<>();
    map.forEach(
        (key, value) ->
            copy.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value")));
    return Collections.unmodifiableMap(copy);
  }

  /**
   * The devices that the model was given to, the one that was preferred first. Operators that it
   * does not know run on the next ones.
   *
   * @return device names, at least one
   */
  public List<String> devices() {
    return devices;
  }

  /**
   * How many nodes of the model each device ran, counted in one run when the model was loaded with
   * {@link io.mlops4j.inference.LoadOptions.Builder#profiled()}. Nodes are counted after the engine
   * has fused and folded what it could; a part of the model that a device takes as a whole is one.
   *
   * @return an unmodifiable map by device name; empty when it was not counted
   */
  public Map<String, Integer> nodesByDevice() {
    return nodes;
  }

  /**
   * Devices that were asked for and are not there, so that another that was named runs the model in
   * their place.
   *
   * @return what is missing, an unmodifiable map by device name; empty when nothing was
   */
  public Map<String, String> missing() {
    return missing;
  }

  /**
   * Compares all that it tells.
   *
   * @param other anything
   * @return true if all is the same
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Placement placement
        && devices.equals(placement.devices)
        && nodes.equals(placement.nodes)
        && missing.equals(placement.missing);
  }

  @Override
  public int hashCode() {
    return Objects.hash(devices, nodes, missing);
  }

  /**
   * For people.
   *
   * @return for example {@code cpu}, {@code cuda (210 nodes), cpu (4 nodes)}, or {@code cpu in
   *     place of cuda}
   */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(", ");
    List<String> named = new ArrayList<>(devices);
    nodes.keySet().stream().filter(name -> !named.contains(name)).forEach(named::add);
    for (String device : named) {
      Integer counted = nodes.get(device);
      text.add(counted == null ? device : device + " (" + counted + " nodes)");
    }
    return missing.isEmpty()
        ? text.toString()
        : text + " in place of " + String.join(", ", missing.keySet());
  }
}
