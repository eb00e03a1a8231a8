package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.rollout.internal.AnswerCell;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the components of records. Those of type {@code PredictionId} and {@code ServedBy} are no
 * outputs.
 */
final class RecordParts {
  private static final long OBJECT = 24;

  private final Map<String, MethodHandle> accessors = new LinkedHashMap<>();

  private RecordParts(MethodHandles.@Nullable Lookup lookup, Class<? extends Record> type)
      throws IllegalAccessException {
    for (RecordComponent component : type.getRecordComponents()) {
      Class<?> values = component.getType();
      if (values != PredictionId.class && values != ServedBy.class) {
        accessors.put(component.getName(), accessor(lookup, component.getAccessor()));
      }
    }
  }

  /**
   * Finds the components of answers.
   *
   * @throws IllegalAccessException if the record is not open to this library
   */
  static RecordParts ofOutput(RowKey key) throws IllegalAccessException {
    return new RecordParts(key.lookup(), key.out());
  }

  /**
   * Finds the components of records that a model was called with.
   *
   * @throws IllegalStateException if the record is not open to this library
   */
  static RecordParts ofInput(RowKey key) {
    try {
      return new RecordParts(key.lookup(), key.in());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(
          key.in() + ": found no access, though a model was called with it", e);
    }
  }

  private static MethodHandle accessor(MethodHandles.@Nullable Lookup lookup, Method accessor)
      throws IllegalAccessException {
    if (lookup != null) {
      return lookup.unreflect(accessor);
    }
    accessor.setAccessible(true);
    return MethodHandles.lookup().unreflect(accessor);
  }

  Map<String, AnswerCell> cells(Record answer) throws Throwable {
    Map<String, AnswerCell> cells = new LinkedHashMap<>();
    for (Map.Entry<String, MethodHandle> one : accessors.entrySet()) {
      cells.put(one.getKey(), AnswerCell.of(one.getValue().invoke(answer)));
    }
    return cells;
  }

  /** Returns whether no component is null, and all numbers are finite. */
  boolean isFinite(Record row) {
    return accessors.values().stream().allMatch(each -> isNumber(value(each, row)));
  }

  private static boolean isNumber(@Nullable Object value) {
    if (value instanceof float[] floats) {
      for (float each : floats) {
        if (!Float.isFinite(each)) {
          return false;
        }
      }
      return true;
    }
    if (value instanceof double[] doubles) {
      return Arrays.stream(doubles).allMatch(Double::isFinite);
    }
    return value instanceof Number number
        ? Double.isFinite(number.doubleValue())
        : value != null
            && !(value instanceof String[] texts && Arrays.asList(texts).contains(null));
  }

  /** Returns about how many bytes a record has with what it holds. */
  long bytes(Record row) {
    return OBJECT + accessors.values().stream().mapToLong(each -> size(value(each, row))).sum();
  }

  private static long size(@Nullable Object value) {
    if (value instanceof Object[] values) {
      return OBJECT + Arrays.stream(values).mapToLong(RecordParts::size).sum();
    }
    if (value instanceof CharSequence text) {
      return OBJECT + 2L * text.length();
    }
    return OBJECT + (value != null && value.getClass().isArray() ? 8L * Array.getLength(value) : 0);
  }

  private static @Nullable Object value(MethodHandle accessor, Record row) {
    try {
      return accessor.invoke(row);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a record's accessor failed: " + e, e);
    }
  }
}
