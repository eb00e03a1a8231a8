package io.mlops4j.rollout.internal;

import io.mlops4j.feature.FeatureBatch;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.jspecify.annotations.Nullable;

/**
 * One answer of a model. Immutable.
 *
 * <p>Internal: not part of the API.
 */
public sealed interface AnswerCell {
  /** The keys of an entry of a column of maps. */
  Set<String> ENTRY = Set.of("key", "value");

  /** {@return the number of values that this cell holds, at least 1; a bound of its memory} */
  int size();

  /** No answer: null or NaN. */
  record Missing() implements AnswerCell {
    static final Missing INSTANCE = new Missing();

    @Override
    public int size() {
      return 1;
    }
  }

  /** A number, or the components of a vector. */
  final class Numbers implements AnswerCell {
    private final double[] values;

    Numbers(double... values) {
      this.values = values;
    }

    int length() {
      return values.length;
    }

    double value(int component) {
      return values[component];
    }

    @Override
    public int size() {
      return values.length + 1;
    }

    double norm() {
      double squares = 0;
      for (double value : values) {
        squares += value * value;
      }
      return values.length == 1 ? values[0] : Math.sqrt(squares);
    }
  }

  /**
   * Everything else, compared by equality.
   *
   * @param value its text
   */
  record Text(String value) implements AnswerCell {
    /**
     * Checks that nothing is null.
     *
     * @param value its text
     */
    public Text {
      Objects.requireNonNull(value, "value");
    }

    @Override
    public int size() {
      return 1 + value.length() / 4;
    }
  }

  /**
   * Reads the answers to a row.
   *
   * @param outputs the answers; only read
   * @param row its number, from 0
   * @return the answers by output, in their order
   */
  static Map<String, AnswerCell> row(FeatureBatch outputs, int row) {
    Map<String, AnswerCell> cells = new LinkedHashMap<>();
    for (FieldVector column : outputs.root().getFieldVectors()) {
      cells.put(column.getName(), of(value(outputs, column, row)));
    }
    return cells;
  }

  private static @Nullable Object value(FeatureBatch outputs, FieldVector column, int row) {
    if (column.isNull(row)) {
      return null;
    }
    if (column.getField().getDictionary() != null && column instanceof BaseIntVector codes) {
      Dictionary names = outputs.dictionaries().lookup(column.getField().getDictionary().getId());
      long code = codes.getValueAsLong(row);
      return names == null || code < 0 || code >= names.getVector().getValueCount()
          ? null
          : names.getVector().getObject((int) code);
    }
    if (column instanceof BaseIntVector whole) {
      return whole.getValueAsLong(row);
    }
    return column instanceof Float2Vector half ? half.getValueAsFloat(row) : column.getObject(row);
  }

  /** {@return no answer} */
  static AnswerCell missing() {
    return Missing.INSTANCE;
  }

  /**
   * Returns the answer that a value is.
   *
   * @param value a number; a list, an array or a map of numbers, nested or not; null; or anything
   *     else, which is compared by its text
   * @return the answer; missing for null, and if any number is NaN
   */
  static AnswerCell of(@Nullable Object value) {
    if (value == null) {
      return Missing.INSTANCE;
    }
    List<Double> numbers = new ArrayList<>();
    if (!flatten(value, numbers)) {
      return new Text(text(value));
    }
    return numbers.stream().anyMatch(one -> Double.isNaN(one))
        ? Missing.INSTANCE
        : new Numbers(numbers.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Arrays of texts have no text of their own. */
  private static String text(Object value) {
    if (!value.getClass().isArray()) {
      return value.toString();
    }
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < Array.getLength(value); i++) {
      Object part = Array.get(value, i);
      parts.add(part == null ? "null" : text(part));
    }
    return parts.toString();
  }

  /** Returns false if there is anything but numbers. */
  private static boolean flatten(@Nullable Object value, List<Double> to) {
    if (value instanceof Number number) {
      return to.add(number.doubleValue());
    }
    if (value instanceof List<?> list) {
      return list.stream().allMatch(one -> flatten(one, to));
    }
    if (value instanceof Map<?, ?> map) {
      return map.keySet().equals(ENTRY)
          ? flatten(map.get("value"), to)
          : inOrderOfKeys(map).values().stream().allMatch(one -> flatten(one, to));
    }
    if (value != null && value.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(value); i++) {
        if (!flatten(Array.get(value, i), to)) {
          return false;
        }
      }
      return true;
    }
    return false;
  }

  private static Map<String, Object> inOrderOfKeys(Map<?, ?> map) {
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach((key, one) -> sorted.put(String.valueOf(key), one));
    return sorted;
  }
}
