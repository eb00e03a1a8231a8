package io.mlops4j.runtime.binding;

import io.mlops4j.model.ElementType;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** Arrow's types and ours. */
final class ArrowTypes {
  private ArrowTypes() {}

  /** The type of a column's values; null when no model takes such. */
  static @Nullable ElementType elementType(MinorType type) {
    return switch (type) {
      case TINYINT -> ElementType.INT8;
      case SMALLINT -> ElementType.INT16;
      case INT -> ElementType.INT32;
      case BIGINT -> ElementType.INT64;
      case UINT1 -> ElementType.UINT8;
      case UINT2 -> ElementType.UINT16;
      case UINT4 -> ElementType.UINT32;
      case UINT8 -> ElementType.UINT64;
      case FLOAT2 -> ElementType.FLOAT16;
      case FLOAT4 -> ElementType.FLOAT32;
      case FLOAT8 -> ElementType.FLOAT64;
      case BIT -> ElementType.BOOL;
      case VARCHAR, LARGEVARCHAR -> ElementType.STRING;
      default -> null;
    };
  }

  /** The vector type of an output. Arrow has no bfloat16: its bits travel as uint16. */
  static MinorType minorType(ElementType type) {
    return switch (type) {
      case INT8 -> MinorType.TINYINT;
      case INT16 -> MinorType.SMALLINT;
      case INT32 -> MinorType.INT;
      case INT64 -> MinorType.BIGINT;
      case UINT8 -> MinorType.UINT1;
      case UINT16, BFLOAT16 -> MinorType.UINT2;
      case UINT32 -> MinorType.UINT4;
      case UINT64 -> MinorType.UINT8;
      case FLOAT16 -> MinorType.FLOAT2;
      case FLOAT32 -> MinorType.FLOAT4;
      case FLOAT64 -> MinorType.FLOAT8;
      case BOOL -> MinorType.BIT;
      case STRING -> MinorType.VARCHAR;
    };
  }

  /** For messages. */
  static String name(Field field) {
    if (field.getType() instanceof ArrowType.FixedSizeList list) {
      return "a fixed-size list of " + list.getListSize() + " " + name(field.getChildren().get(0));
    }
    ElementType type =
        elementType(org.apache.arrow.vector.types.Types.getMinorTypeForArrowType(field.getType()));
    String name = type == null ? field.getType().toString() : type.toString();
    return field.getDictionary() == null ? name : "dictionary codes (" + name + ")";
  }
}
