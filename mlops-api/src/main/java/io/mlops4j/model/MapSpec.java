package io.mlops4j.model;

import java.util.Objects;

/**
 * A map from a scalar to a value, as ONNX's {@code ZipMap} makes it.
 *
 * @param name the declared name
 * @param key the type of the keys
 * @param value what each value is; its name is empty
 * @param optional whether a call may leave it out
 */
public record MapSpec(String name, ElementType key, ValueSpec value, boolean optional)
    implements ValueSpec {
  /**
   * Checks that nothing is null.
   *
   * @param name the declared name
   * @param key the type of the keys
   * @param value what each value is; its name is empty
   * @param optional whether a call may leave it out
   */
  public MapSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
  }

  /**
   * For people.
   *
   * @return for example {@code scores: map(int64, float32[...])}
   */
  @Override
  public String toString() {
    return (name.isEmpty() ? "" : name + ": ") + "map(" + key + ", " + value + ")";
  }
}
