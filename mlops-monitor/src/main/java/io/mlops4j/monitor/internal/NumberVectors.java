package io.mlops4j.monitor.internal;

import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.Types.MinorType;

/** Columns of numbers and booleans of a fixed width, without a dictionary. */
public final class NumberVectors {
  private NumberVectors() {}

  public static boolean isNumber(FieldVector vector) {
    return vector instanceof BaseFixedWidthVector
        && vector.getField().getDictionary() == null
        && switch (vector.getMinorType()) {
          case BIT, TINYINT, SMALLINT, INT, BIGINT, UINT1, UINT2, UINT4, UINT8 -> true;
          case FLOAT2, FLOAT4, FLOAT8, DECIMAL -> true;
          default -> false;
        };
  }

  /** The bytes of a value; 0 for a bit. */
  public static int width(FieldVector vector) {
    return vector.getMinorType() == MinorType.BIT
        ? 0
        : ((BaseFixedWidthVector) vector).getTypeWidth();
  }
}
