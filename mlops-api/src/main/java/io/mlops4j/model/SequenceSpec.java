package io.mlops4j.model;

import java.util.Objects;

/**
 * A list of values of one kind.
 *
 * @param name the declared name
 * @param element what each element is; its name is empty
 * @param optional whether a call may leave it out
 */
public record SequenceSpec(String name, ValueSpec element, boolean optional) implements ValueSpec {
  /**
   * Checks that nothing is null.
   *
   * @param name the declared name
   * @param element what each element is; its name is empty
   * @param optional whether a call may leave it out
   */
  public SequenceSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(element, "element");
  }

  /**
   * For people.
   *
   * @return for example {@code labels: sequence(int64[...])}
   */
  @Override
  public String toString() {
    return (name.isEmpty() ? "" : name + ": ") + "sequence(" + element + ")";
  }
}
