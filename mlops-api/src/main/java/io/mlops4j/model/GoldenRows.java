package io.mlops4j.model;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A model's self-test: a few input rows, with the outputs that the model returned where it was
 * made.
 *
 * <p>A deployment runs them before it swaps a version in, and never serves a version that fails
 * them. Immutable and thread safe: {@link #withInput} and {@link #withOutput} return changed
 * copies.
 *
 * <p>A column holds values of one Java type, like an Arrow column: Byte, Short, Integer, Long,
 * Float, Double, String or Boolean. Values may be null. Numbers of several types in one column
 * become Long if all are whole numbers, otherwise Double. A stored card keeps the type.
 *
 * <p>A row may have several values, such as the probabilities of a classifier or a list of
 * features. They are an array of primitives or a {@link List} for each row, all of one length. They
 * are stored as lists.
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
   * Returns golden rows without columns.
   *
   * @param tolerance the largest accepted absolute difference of a numeric output; finite, 0 or
   *     more
   * @return golden rows without columns
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
   * @param values one number, text, boolean, null or list of these for each row
   * @return a changed copy
   * @throws IllegalArgumentException if the column was added before or has another number of rows;
   *     if its values have several kinds or an unsupported type; or if its lists differ in length
   */
  public GoldenRows withInput(String column, @Nullable Object... values) {
    return new GoldenRows(tolerance, with(inputs, column, values), outputs);
  }

  /**
   * Adds an expected output. An output of shape {@code [N]} or {@code [N, 1]} has one value for
   * each row. An output of shape {@code [N, ...]} has a list for each row, with its elements in
   * row-major order. A map for each row, such as the ZipMap of a classifier, is a list of its
   * values in the order of its keys. A null in a row is not compared.
   *
   * @param output the output's name
   * @param values one number, text, boolean, null or list of these for each row
   * @return a changed copy
   * @throws IllegalArgumentException if the output was added before or has another number of rows;
   *     if its values have several kinds or an unsupported type; or if its lists differ in length
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
   * Returns the number of rows.
   *
   * @return 0 before the first column
   */
  public int rows() {
    return !inputs.isEmpty()
        ? inputs.values().iterator().next().size()
        : outputs.isEmpty() ? 0 : outputs.values().iterator().next().size();
  }

  /**
   * Returns the largest accepted absolute difference of a numeric output. NaN equals NaN.
   *
   * @return a finite number, 0 or more
   */
  public double tolerance() {
    return tolerance;
  }

  /**
   * Returns the input columns.
   *
   * @return an unmodifiable map from name to values, in the order of adding
   */
  public Map<String, List<@Nullable Object>> inputs() {
    return inputs;
  }

  /**
   * Returns the expected outputs.
   *
   * @return an unmodifiable map from name to values, in the order of adding
   */
  public Map<String, List<@Nullable Object>> outputs() {
    return outputs;
  }

  /**
   * Compares the tolerance, and the columns by type and value. The order of adding does not matter.
   * {@code 1} and {@code 1.0} are different.
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
