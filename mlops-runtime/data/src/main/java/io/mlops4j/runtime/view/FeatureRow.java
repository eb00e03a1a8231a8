package io.mlops4j.runtime.view;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of one row by the names of their columns. Values are {@link Boolean}, {@link Long},
 * {@link Float}, {@link Double}, {@link String}, {@link Instant} or null. Immutable and thread
 * safe.
 */
public final class FeatureRow {
  private final Names names;
  private final @Nullable Object[] values;
  private final long eventMicros;

  /** Names that many rows share, and where each is. */
  static final class Names {
    final List<String> names;
    private final Map<String, Integer> index = new HashMap<>();

    Names(List<String> names) {
      this.names = List.copyOf(names);
      for (int i = 0; i < names.size(); i++) {
        index.put(names.get(i), i);
      }
    }

    int of(String name) {
      Integer found = index.get(name);
      if (found == null) {
        throw new IllegalArgumentException("name: found " + name + ", expected one of " + names);
      }
      return found;
    }
  }

  /** Takes the array, which nobody may change afterwards. */
  FeatureRow(Names names, @Nullable Object[] values, long eventMicros) {
    this.names = names;
    this.values = values;
    this.eventMicros = eventMicros;
  }

  /**
   * Returns the names of the columns, in the view's order.
   *
   * @return unmodifiable
   */
  public List<String> names() {
    return names.names;
  }

  /**
   * Returns the event time of the row, to the microsecond. A row of a transform's input has the
   * event time {@link Instant#EPOCH}: its time is one of its columns.
   *
   * @return the time since which the values hold
   */
  public Instant eventTime() {
    return Times.instant(eventMicros);
  }

  long eventMicros() {
    return eventMicros;
  }

  /**
   * Returns a value.
   *
   * @param name the column
   * @return the value, or null if it is missing
   * @throws IllegalArgumentException if there is no such column
   */
  public @Nullable Object get(String name) {
    return values[names.of(name)];
  }

  /**
   * Returns a value as a number: true is 1 and false is 0.
   *
   * @param name the column
   * @return the number, or NaN if the value is null
   * @throws IllegalArgumentException if there is no such column, or it has texts or times
   */
  public double number(String name) {
    Object value = get(name);
    if (value == null) {
      return Double.NaN;
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    throw new IllegalArgumentException(
        "name: found " + name + " with " + value + ", expected a column of numbers");
  }

  /**
   * Returns numbers as floats in the order of the names, for a model's input.
   *
   * @param inOrder the columns
   * @return the caller's copy; null values are NaN
   * @throws IllegalArgumentException if there is no such column, or it has texts or times
   */
  public float[] floats(String... inOrder) {
    float[] copy = new float[inOrder.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = (float) number(inOrder[i]);
    }
    return copy;
  }

  /**
   * Returns the values by name.
   *
   * @return in the order of the columns, unmodifiable
   */
  public Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      map.put(names.names.get(i), values[i]);
    }
    return Collections.unmodifiableMap(map);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureRow that
        && eventMicros == that.eventMicros
        && names.names.equals(that.names.names)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(values) + Long.hashCode(eventMicros);
  }

  @Override
  public String toString() {
    return toMap() + " since " + eventTime();
  }
}
