package io.mlops4j.model;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Checks of the plain values that a card may hold, so that a stored card reads back equal. */
final class Values {
  private static final List<Class<?>> WHOLE =
      List.of(Byte.class, Short.class, Integer.class, Long.class);
  private static final List<Class<?>> OTHER =
      List.of(Float.class, Double.class, String.class, Boolean.class);

  private Values() {}

  static Object check(String name, Object value) {
    if (!WHOLE.contains(value.getClass()) && !OTHER.contains(value.getClass())) {
      throw new IllegalArgumentException(
          name
              + ": found "
              + value.getClass().getName()
              + ", expected a number that Java has a primitive for, text or boolean");
    }
    return value;
  }

  /**
   * Returns a copy whose values all have one type. Nulls stay. If rows have several values, each
   * row becomes an unmodifiable list, and all lists have the same length.
   */
  static @Nullable Object[] column(String name, @Nullable Object[] values) {
    @Nullable Object[] rows = Arrays.stream(values).map(Values::row).toArray();
    return Arrays.stream(rows).anyMatch(List.class::isInstance)
        ? lists(name, rows)
        : single(name, rows);
  }

  private static @Nullable Object row(@Nullable Object value) {
    if (value == null || !value.getClass().isArray()) {
      return value;
    }
    return IntStream.range(0, Array.getLength(value)).mapToObj(i -> Array.get(value, i)).toList();
  }

  private static @Nullable Object[] lists(String name, @Nullable Object[] rows) {
    int width = -1;
    List<@Nullable Object> flat = new ArrayList<>();
    for (Object row : rows) {
      if (row != null) {
        if (!(row instanceof List<?> list)
            || list.isEmpty()
            || (width > 0 && list.size() != width)) {
          throw new IllegalArgumentException(
              name
                  + ": found "
                  + row
                  + ", expected "
                  + (width > 0 ? width + " values" : "values")
                  + " in each row, or null");
        }
        width = list.size();
        flat.addAll(list);
      }
    }
    List<@Nullable Object> same = Arrays.asList(single(name, flat.toArray()));
    @Nullable Object[] copy = new @Nullable Object[rows.length];
    int at = 0;
    for (int i = 0; i < copy.length; i++) {
      if (rows[i] != null) {
        copy[i] = Collections.unmodifiableList(new ArrayList<>(same.subList(at, at + width)));
        at += width;
      }
    }
    return copy;
  }

  private static @Nullable Object[] single(String name, @Nullable Object[] values) {
    List<? extends Class<?>> types =
        Arrays.stream(values)
            .filter(Objects::nonNull)
            .map(value -> check(name, value).getClass())
            .distinct()
            .toList();
    if (types.size() <= 1) {
      return values.clone();
    }
    if (types.contains(String.class) || types.contains(Boolean.class)) {
      throw new IllegalArgumentException(
          name + ": found values of " + types + ", expected values of one kind");
    }
    boolean whole = WHOLE.containsAll(types);
    @Nullable Object[] copy = values.clone();
    for (int i = 0; i < copy.length; i++) {
      if (copy[i] instanceof Number number) {
        copy[i] = whole ? (Object) number.longValue() : (Object) exactDouble(name, number);
      }
    }
    return copy;
  }

  private static double exactDouble(String name, Number number) {
    double value = number.doubleValue();
    // The cast turns 2^63 into the largest long, which is another number.
    if (number instanceof Long && (value == 0x1p63 || (long) value != number.longValue())) {
      throw new IllegalArgumentException(
          name
              + ": found "
              + number
              + " among floating-point numbers, which cannot hold it; expected one type");
    }
    return value;
  }
}
