package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.rollout.internal.AnswerCell;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads answers that are records. Components of type {@code PredictionId} and {@code ServedBy} are
 * no outputs.
 */
final class RecordParts {
  private final Map<String, MethodHandle> accessors = new LinkedHashMap<>();

  /**
   * Finds the components.
   *
   * @throws IllegalAccessException if the record is not open to this library
   */
  RecordParts(RowKey key) throws IllegalAccessException {
    for (RecordComponent component : key.out().getRecordComponents()) {
      Class<?> type = component.getType();
      if (type != PredictionId.class && type != ServedBy.class) {
        accessors.put(component.getName(), accessor(key.lookup(), component.getAccessor()));
      }
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
}
