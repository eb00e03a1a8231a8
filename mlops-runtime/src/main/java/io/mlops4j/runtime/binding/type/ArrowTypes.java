package io.mlops4j.runtime.binding.type;

import static java.util.Map.entry;

import io.mlops4j.feature.BFloat16Type;
import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.model.ElementType;
import java.util.EnumMap;
import java.util.Map;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.Types;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** Converts between Arrow's types and element types. Stateless and thread safe. */
public final class ArrowTypes {
  /** BFLOAT16 is absent, because its vectors have the storage of UINT16. */
  private static final Map<ElementType, MinorType> STORAGE =
      Map.ofEntries(
          entry(ElementType.INT8, MinorType.TINYINT),
          entry(ElementType.INT16, MinorType.SMALLINT),
          entry(ElementType.INT32, MinorType.INT),
          entry(ElementType.INT64, MinorType.BIGINT),
          entry(ElementType.UINT8, MinorType.UINT1),
          entry(ElementType.UINT16, MinorType.UINT2),
          entry(ElementType.UINT32, MinorType.UINT4),
          entry(ElementType.UINT64, MinorType.UINT8),
          entry(ElementType.FLOAT16, MinorType.FLOAT2),
          entry(ElementType.FLOAT32, MinorType.FLOAT4),
          entry(ElementType.FLOAT64, MinorType.FLOAT8),
          entry(ElementType.BOOL, MinorType.BIT),
          entry(ElementType.STRING, MinorType.VARCHAR));

  private static final Map<MinorType, ElementType> ELEMENTS = inverse();

  private ArrowTypes() {}

  private static Map<MinorType, ElementType> inverse() {
    Map<MinorType, ElementType> elements = new EnumMap<>(MinorType.class);
    STORAGE.forEach((element, storage) -> elements.put(storage, element));
    elements.put(MinorType.LARGEVARCHAR, ElementType.STRING);
    return elements;
  }

  /**
   * Returns the type of a field's values.
   *
   * @param field the field of a column
   * @return its type, or null if models do not take it
   */
  public static @Nullable ElementType elementType(Field field) {
    if (field.getType() instanceof ExtensionType) {
      return field.getType() instanceof BFloat16Type ? ElementType.BFLOAT16 : null;
    }
    return ELEMENTS.get(Types.getMinorTypeForArrowType(field.getType()));
  }

  /**
   * Returns the type of a field's vector.
   *
   * @param field the field of a column
   * @return its type; for an extension type, that of its storage
   */
  public static MinorType storage(Field field) {
    return Types.getMinorTypeForArrowType(
        field.getType() instanceof ExtensionType typed ? typed.storageType() : field.getType());
  }

  /**
   * Returns the vector that holds the values.
   *
   * @param vector any vector
   * @return the storage of an extension type, otherwise the same vector
   */
  public static FieldVector storage(FieldVector vector) {
    return vector instanceof ExtensionTypeVector<?> typed
        ? (FieldVector) typed.getUnderlyingVector()
        : vector;
  }

  /**
   * Returns the Arrow type of vectors of an element type.
   *
   * @param type the type of the values
   * @return Arrow's type
   */
  public static ArrowType arrowType(ElementType type) {
    MinorType storage = STORAGE.get(type);
    return storage == null ? BFloat16Type.of() : storage.getType();
  }

  /**
   * Describes the type of a field, for messages.
   *
   * @param field the field of a column
   * @return the type of its values, and how they are nested or encoded
   */
  public static String name(Field field) {
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
