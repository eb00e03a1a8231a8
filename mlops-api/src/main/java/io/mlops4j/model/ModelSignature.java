package io.mlops4j.model;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What the model's bytes declare: its inputs and outputs, in declared order.
 *
 * @param inputs what a call must give
 * @param outputs what a call returns
 */
public record ModelSignature(List<ValueSpec> inputs, List<ValueSpec> outputs) {
  /**
   * Copies both lists.
   *
   * @param inputs what a call must give
   * @param outputs what a call returns
   */
  public ModelSignature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * For people.
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
