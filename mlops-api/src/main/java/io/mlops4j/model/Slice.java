package io.mlops4j.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A part of the data for which a metric is given: the rows whose columns have certain values.
 *
 * <p>Immutable and thread safe: {@link #and} returns a changed copy.
 *
 * @param where the value of each column as text, sorted by column
 */
public record Slice(Map<String, String> where) implements Comparable<Slice> {
  /**
   * Copies and checks the conditions.
   *
   * @param where the value of each column as text, sorted by column
   * @throws IllegalArgumentException if there is no condition or a column is blank
   */
  public Slice {
    where = Collections.unmodifiableMap(new TreeMap<>(where));
    if (where.isEmpty()) {
      throw new IllegalArgumentException(
          "where: found no condition, expected a column and its value; a metric of all rows needs"
              + " no slice");
    }
    where.forEach(
        (column, value) -> {
          Checks.name("column", column);
          Objects.requireNonNull(value, "value");
        });
  }

  /**
   * Returns the slice of rows in which a column has a value.
   *
   * @param column the column's name
   * @param value the value as text; may be empty
   * @return the slice
   * @throws IllegalArgumentException if the column is blank
   */
  public static Slice of(String column, String value) {
    return new Slice(Map.of(column, value));
  }

  /**
   * Restricts this slice to rows in which another column has a value, too.
   *
   * @param column a column that this slice does not restrict yet
   * @param value the value as text; may be empty
   * @return a changed copy
   * @throws IllegalArgumentException if the column is blank or is restricted already
   */
  public Slice and(String column, String value) {
    if (where.containsKey(column)) {
      throw new IllegalArgumentException(
          "column: found \"" + column + "\" twice, expected each column once");
    }
    Map<String, String> more = new TreeMap<>(where);
    more.put(column, value);
    return new Slice(more);
  }

  /**
   * Compares column by column and value by value in lexicographic order, consistent with equals.
   */
  @Override
  public int compareTo(Slice other) {
    return compare(flat(), other.flat());
  }

  private List<String> flat() {
    return where.entrySet().stream()
        .flatMap(condition -> Stream.of(condition.getKey(), condition.getValue()))
        .toList();
  }

  private static int compare(List<String> one, List<String> other) {
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      int text = one.get(i).compareTo(other.get(i));
      if (text != 0) {
        return text;
      }
    }
    return Integer.compare(one.size(), other.size());
  }

  /**
   * Returns a short description for people.
   *
   * @return for example {@code origin=LAS, weekday=1}
   */
  @Override
  public String toString() {
    return where.entrySet().stream()
        .map(condition -> condition.getKey() + "=" + condition.getValue())
        .collect(Collectors.joining(", "));
  }
}
