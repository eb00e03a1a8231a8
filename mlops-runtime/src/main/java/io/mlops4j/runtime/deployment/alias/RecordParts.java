package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares answers that are records. Components of type {@code PredictionId} and {@code ServedBy}
 * are no outputs.
 */
final class RecordParts {
  private final List<MethodHandle> accessors = new ArrayList<>();

  /**
   * Finds the components.
   *
   * @throws IllegalAccessException if the record is not open to this library
   */
  RecordParts(RowKey key) throws IllegalAccessException {
    for (RecordComponent component : key.out().getRecordComponents()) {
      Class<?> type = component.getType();
      if (type != PredictionId.class && type != ServedBy.class) {
        accessors.add(accessor(key.lookup(), component.getAccessor()));
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

  void compare(Record champion, Record challenger, Difference difference) throws Throwable {
    for (MethodHandle accessor : accessors) {
      difference.compare(accessor.invoke(champion), accessor.invoke(challenger));
    }
  }
}
