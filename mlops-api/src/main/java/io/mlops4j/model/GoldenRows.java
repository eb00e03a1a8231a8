package io.mlops4j.model;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A few input rows with the outputs that the model gave where it was made: the model's self-test.
 *
 * <p>A deployment runs them before it swaps a version in; one that fails never serves. Immutable:
 * {@link #withInput} and {@link #withOutput} return changed copies.
 *
 * <p>A column holds one Java type, as an Arrow column does: Byte, Short, Integer, Long, Float,
 * Double, String or Boolean, and nulls. Numbers of several types in one column become Long when all
 * are whole numbers, otherwise Double. The type is kept when a card is stored.
 *
 * <p>A row may have several values, as the probabilities of a classifier or a list of features: an
 * array of primitives or a {@link List} for each row, all of one length. They are kept as lists.
 */
public final class GoldenRows {
  private final double tolerance;
  private final Map<String, List<@Nullable Object>> inputs;
  private final Map<String, List<@Nullable Object>> outputs;

  private GoldenRows(
      double tolerance,
      Map<String, List<@Nullable Object>> inputs,
      Map<String, List<@Nullable Object>> outputs) {
    this.tolerance = tolerance;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * Golden rows without columns yet.
   *
   * @param tolerance the largest absolute difference of a numeric output, 0 or more
   * @return the empty rows
   * @throws IllegalArgumentException if the tolerance is negative or not finite
   */
  public static GoldenRows within(double tolerance) {
    if (!(tolerance >= 0 && tolerance < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "tolerance: found " + tolerance + ", expected a finite number, 0 or more");
    }
    return new GoldenRows(tolerance, Map.of(), Map.of());
  }

  /**
   * Adds an input column.
   *
   * @param column the column's name
   * @param values one number, text, boolean, null or list of such a row
   * @return a changed copy
   * @throws IllegalArgumentException if the column is there already, has another number of rows,
   *     values of several kinds or of a type that is not listed above, or lists of several lengths
   */
  public GoldenRows withInput(String column, @Nullable Object... values) {
    return new GoldenRows(tolerance, with(inputs, column, values), outputs);
  }

  /**
   * Adds an expected output: one value a row for an output of shape {@code [N]} or {@code [N, 1]},
   * a list a row for one of {@code [N, ...]}, in the order of its elements, and for a map in each
   * row, as a classifier's ZipMap gives it, in the order of its keys. What should be null is not
   * compared.
   *
   * @param output the output's name
   * @param values one number, text, boolean, null or list of such a row
   * @return a changed copy
   * @throws IllegalArgumentException if the output is there already, has another number of rows,
   *     values of several kinds or of a type that is not listed above, or lists of several lengths
   */
  public GoldenRows withOutput(String output, @Nullable Object... values) {
    return new GoldenRows(tolerance, inputs, with(outputs, output, values));
  }

  private Map<String, List<@Nullable Object>> with(
      Map<String, List<@Nullable Object>> columns, String name, @Nullable Object[] values) {
    Objects.requireNonNull(name, "name");
    if (columns.containsKey(name)) {
      throw new IllegalArgumentException("column: found \"" + name + "\" twice, expected it once");
    }
    if (!(inputs.isEmpty() && outputs.isEmpty()) && values.length != rows()) {
      throw new IllegalArgumentException(
          name
              + ": found "
              + values.length
              + (values.length == 1 ? " row" : " rows")
              + ", expected "
              + rows()
              + " as in the others");
    }
    Map<String, List<@Nullable Object>> more = new LinkedHashMap<>(columns);
    more.put(name, Collections.unmodifiableList(Arrays.asList(Values.column(name, values))));
    return Collections.unmodifiableMap(more);
  }

  /**
   * How many rows there are.
   *
   * @return 0 before the first column
   */
  public int rows() {
    return !inputs.isEmpty()
        ? inputs.values().iterator().next().size()
        : outputs.isEmpty() ? 0 : outputs.values().iterator().next().size();
  }

  /**
   * The largest absolute difference of a numeric output that passes; NaN equals NaN.
   *
   * @return 0 or more
   */
  public double tolerance() {
    return tolerance;
  }

  /**
   * The input columns.
   *
   * @return name to values, unmodifiable, in the order of adding
   */
  public Map<String, List<@Nullable Object>> inputs() {
    return inputs;
  }

  /**
   * The expected outputs.
   *
   * @return name to values, unmodifiable, in the order of adding
   */
  public Map<String, List<@Nullable Object>> outputs() {
    return outputs;
  }

  /**
   * Compares columns by type and value, whatever the order of adding: {@code 1} and {@code 1.0} are
   * different.
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof GoldenRows that
        && tolerance == that.tolerance
        && inputs.equals(that.inputs)
        && outputs.equals(that.outputs);
  }

  @Override
  public int hashCode() {
    return Objects.hash(tolerance, inputs, outputs);
  }

  @Override
  public String toString() {
    return rows() + " golden rows within " + tolerance;
  }
}
