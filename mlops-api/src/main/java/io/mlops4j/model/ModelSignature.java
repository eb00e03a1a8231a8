package io.mlops4j.model;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The inputs and outputs that a model's bytes declare, in declared order. Immutable and thread
 * safe.
 *
 * @param inputs the values that a call passes
 * @param outputs the values that a call returns
 */
public record ModelSignature(List<ValueSpec> inputs, List<ValueSpec> outputs) {
  /**
   * Copies both lists.
   *
   * @param inputs the values that a call passes
   * @param outputs the values that a call returns
   */
  public ModelSignature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * Returns a short description for people.
   *
   * @return for example {@code (x: float32[N, 32]) -> (y: float32[N, 1])}
   */
  @Override
  public String toString() {
    return join(inputs) + " -> " + join(outputs);
  }

  private static String join(List<ValueSpec> values) {
    return values.stream().map(ValueSpec::toString).collect(Collectors.joining(", ", "(", ")"));
  }
}
