package io.mlops4j.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The devices on which a model runs. Immutable and thread safe: every {@code with} method returns a
 * changed copy.
 */
public final class Placement {
  private final List<String> devices;
  private final Map<String, Integer> nodes;
  private final Map<String, String> missing;
  private final String calls;
  private final String treesInEngine;

  private Placement(
      List<String> devices,
      Map<String, Integer> nodes,
      Map<String, String> missing,
      String calls,
      String treesInEngine) {
    this.devices = devices;
    this.nodes = nodes;
    this.missing = missing;
    this.calls = calls;
    this.treesInEngine = treesInEngine;
  }

  /**
   * Returns a placement on devices.
   *
   * @param devices device names, the preferred one first
   * @return the placement
   * @throws IllegalArgumentException if there is no device
   */
  public static Placement of(String... devices) {
    if (devices.length == 0) {
      throw new IllegalArgumentException("devices: found none, expected at least one");
    }
    return new Placement(List.of(devices), Map.of(), Map.of(), "", "");
  }

  /**
   * Sets how many nodes of the model each device ran.
   *
   * @param nodes numbers by device name, 0 or more, in the order in which they are listed
   * @return a changed copy
   * @throws IllegalArgumentException if a number is negative
   */
  public Placement withNodes(Map<String, Integer> nodes) {
    nodes.forEach(
        (device, number) -> {
          if (number < 0) {
            throw new IllegalArgumentException(
                "nodes of " + device + ": found " + number + ", expected 0 or more");
          }
        });
    return new Placement(devices, copy(nodes), missing, calls, treesInEngine);
  }

  /**
   * Sets which preferred devices are not available, and why.
   *
   * @param missing what is missing, by device name, the preferred device first
   * @return a changed copy
   */
  public Placement withMissing(Map<String, String> missing) {
    return new Placement(devices, nodes, copy(missing), calls, treesInEngine);
  }

  /**
   * Sets how calls reach the engine's native library.
   *
   * @param calls a description for people, or an empty text
   * @return a changed copy
   */
  public Placement withCalls(String calls) {
    return new Placement(
        devices, nodes, missing, Objects.requireNonNull(calls, "calls"), treesInEngine);
  }

  /**
   * Sets why the engine evaluates the model's decision trees, and not Java.
   *
   * @param reason a clause for people, or an empty text
   * @return a changed copy
   */
  public Placement withTreesInEngine(String reason) {
    return new Placement(devices, nodes, missing, calls, Objects.requireNonNull(reason, "reason"));
  }

  private static <V> Map<String, V> copy(Map<String, V> map) {
    Map<String, V> copy = new LinkedHashMap<>();
    map.forEach(
        (key, value) ->
            copy.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value")));
    return Collections.unmodifiableMap(copy);
  }

  /**
   * Returns the devices that the model was given to, the preferred one first. Operators that a
   * device does not support run on the next one. The device {@code java} is the CPU, used by code
   * of the library in place of the engine: it evaluates ensembles of decision trees.
   *
   * @return device names, at least one
   */
  public List<String> devices() {
    return devices;
  }

  /**
   * Returns how many nodes of the model each device ran. They are counted in one run if the model
   * was loaded with {@link io.mlops4j.inference.LoadOptions.Builder#profiled()}, after the engine
   * has fused and folded nodes. A part of the model that a device takes as a whole counts as one
   * node.
   *
   * @return an unmodifiable map by device name; empty if nodes were not counted
   */
  public Map<String, Integer> nodesByDevice() {
    return nodes;
  }

  /**
   * Returns the requested devices that are not available. Another requested device runs the model
   * in their place.
   *
   * @return an unmodifiable map from device name to what is missing; empty if all were available
   */
  public Map<String, String> missing() {
    return missing;
  }

  /**
   * Describes how calls reach the engine's native library.
   *
   * @return for example {@code java.lang.foreign}, or {@code JNI} with the reason in brackets;
   *     empty if the engine does not say
   */
  public String calls() {
    return calls;
  }

  /**
   * Returns why the engine evaluates the model's decision trees, although the device {@code java}
   * evaluates many such ensembles faster.
   *
   * @return a clause for people, for example {@code the post transform is PROBIT}; empty if Java
   *     evaluates the trees, or if the model has none
   */
  public String treesInEngine() {
    return treesInEngine;
  }

  /**
   * Compares devices, nodes and missing devices. The descriptions of calls and trees are not
   * compared, because they are reasons and not places.
   *
   * @param other any object
   * @return true if the other is a placement with the same values
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
   * Returns a short description for people.
   *
   * @return for example {@code cpu}, {@code cuda (210 nodes), cpu (4 nodes)}, {@code cpu in place
   *     of cuda}, or {@code cpu (trees are not evaluated in Java: the post transform is PROBIT)}
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
    return text
        + (missing.isEmpty() ? "" : " in place of " + String.join(", ", missing.keySet()))
        + (treesInEngine.isEmpty()
            ? ""
            : " (trees are not evaluated in Java: " + treesInEngine + ")");
  }
}
