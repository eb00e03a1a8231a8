package io.mlops4j.runtime.binding;

import io.mlops4j.feature.BFloat16Type;
import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.model.ElementType;
import org.apache.arrow.vector.types.Types;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** Converts between Arrow's types and ours. */
public final class ArrowTypes {
  private ArrowTypes() {}

  private static @Nullable ElementType elementType(MinorType type) {
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

  /** The type of a field's values; null if no model takes this type. */
  static @Nullable ElementType elementType(Field field) {
    if (field.getType() instanceof ExtensionType) {
      return field.getType() instanceof BFloat16Type ? ElementType.BFLOAT16 : null;
    }
    return elementType(Types.getMinorTypeForArrowType(field.getType()));
  }

  /** The type of a field's vector; for an extension type, the type of its storage. */
  static MinorType storage(Field field) {
    return Types.getMinorTypeForArrowType(
        field.getType() instanceof ExtensionType typed ? typed.storageType() : field.getType());
  }

  /**
   * Returns the type of a vector.
   *
   * @param type the type of its values
   * @return Arrow's type
   */
  public static ArrowType arrowType(ElementType type) {
    return switch (type) {
      case INT8 -> MinorType.TINYINT.getType();
      case INT16 -> MinorType.SMALLINT.getType();
      case INT32 -> MinorType.INT.getType();
      case INT64 -> MinorType.BIGINT.getType();
      case UINT8 -> MinorType.UINT1.getType();
      case UINT16 -> MinorType.UINT2.getType();
      case UINT32 -> MinorType.UINT4.getType();
      case UINT64 -> MinorType.UINT8.getType();
      case FLOAT16 -> MinorType.FLOAT2.getType();
      case BFLOAT16 -> BFloat16Type.of();
      case FLOAT32 -> MinorType.FLOAT4.getType();
      case FLOAT64 -> MinorType.FLOAT8.getType();
      case BOOL -> MinorType.BIT.getType();
      case STRING -> MinorType.VARCHAR.getType();
    };
  }

  /** The name of a type in messages. */
  static String name(Field field) {
    if (field.getType() instanceof ArrowType.FixedSizeList list) {
      return "a fixed-size list of " + list.getListSize() + " " + name(field.getChildren().get(0));
    }
    if (field.getType() instanceof ArrowType.List) {
      return "a list of " + name(field.getChildren().get(0));
    }
    if (field.getType() instanceof FixedShapeTensorType tensor) {
      return tensor + " of " + name(field.getChildren().get(0));
    }
    if (field.getType() instanceof ExtensionType typed) {
      return typed instanceof BFloat16Type ? "" + ElementType.BFLOAT16 : typed.extensionName();
    }
    ElementType type = elementType(field);
    String name = type == null ? field.getType().toString() : type.toString();
    return field.getDictionary() == null ? name : "dictionary codes (" + name + ")";
  }
}
