package io.mlops4j.model;

import java.util.Objects;

/**
 * An input or output that is a list of values of one kind. Immutable and thread safe.
 *
 * @param name the declared name; empty inside another value
 * @param element the kind of each element, with an empty name
 * @param optional whether a call may omit it
 */
public record SequenceSpec(String name, ValueSpec element, boolean optional) implements ValueSpec {
  /**
   * Checks that nothing is null.
   *
   * @param name the declared name; empty inside another value
   * @param element the kind of each element, with an empty name
   * @param optional whether a call may omit it
   */
  public SequenceSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(element, "element");
  }

  @Override
  public ElementType type() {
    return element.type();
  }

  /**
   * Returns a short description for people.
   *
   * @return for example {@code labels: sequence(int64[...])}
   */
  @Override
  public String toString() {
    return (name.isEmpty() ? "" : name + ": ") + "sequence(" + element + ")";
  }
}
