package io.mlops4j.model;

import java.util.Objects;

/**
 * An input or output that maps a scalar key to a value, such as the output of ONNX's {@code
 * ZipMap}.
 *
 * @param name the declared name; empty inside another value
 * @param key the type of the keys
 * @param value the kind of each value, with an empty name
 * @param optional whether a call may omit it
 */
public record MapSpec(String name, ElementType key, ValueSpec value, boolean optional)
    implements ValueSpec {
  /**
   * Checks that nothing is null.
   *
   * @param name the declared name; empty inside another value
   * @param key the type of the keys
   * @param value the kind of each value, with an empty name
   * @param optional whether a call may omit it
   */
  public MapSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
  }

  @Override
  public ElementType type() {
    return value.type();
  }

  /**
   * Returns a short description for people.
   *
   * @return for example {@code scores: map(int64, float32[...])}
   */
  @Override
  public String toString() {
    return (name.isEmpty() ? "" : name + ": ") + "map(" + key + ", " + value + ")";
  }
}
