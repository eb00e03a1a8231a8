package io.mlops4j.runtime.binding.type;

import static io.mlops4j.model.ElementType.FLOAT32;
import static io.mlops4j.model.ElementType.FLOAT64;
import static io.mlops4j.model.ElementType.INT16;
import static io.mlops4j.model.ElementType.INT32;
import static io.mlops4j.model.ElementType.INT64;
import static io.mlops4j.model.ElementType.UINT16;
import static io.mlops4j.model.ElementType.UINT32;
import static io.mlops4j.model.ElementType.UINT64;

import io.mlops4j.model.ElementType;
import java.util.Set;

/**
 * Says which types hold every value of another type. Other conversions need permission. Stateless
 * and thread safe.
 */
public final class Widening {
  private Widening() {}

  /**
   * Returns whether one type holds every value of another.
   *
   * @param from the type of the values
   * @param to the type to convert to
   * @return true if it does; also true for the same type
   */
  public static boolean isExact(ElementType from, ElementType to) {
    return from == to || wider(from).contains(to);
  }

  private static Set<ElementType> wider(ElementType from) {
    return switch (from) {
      case INT8 -> Set.of(INT16, INT32, INT64, FLOAT32, FLOAT64);
      case INT16 -> Set.of(INT32, INT64, FLOAT32, FLOAT64);
      case INT32 -> Set.of(INT64, FLOAT64);
      case UINT8 -> Set.of(INT16, INT32, INT64, UINT16, UINT32, UINT64, FLOAT32, FLOAT64);
      case UINT16 -> Set.of(INT32, INT64, UINT32, UINT64, FLOAT32, FLOAT64);
      case UINT32 -> Set.of(INT64, UINT64, FLOAT64);
      case FLOAT32 -> Set.of(FLOAT64);
      case FLOAT16, BFLOAT16, FLOAT64, INT64, UINT64, BOOL, STRING -> Set.of();
    };
  }
}
