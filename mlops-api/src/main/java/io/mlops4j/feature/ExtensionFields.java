package io.mlops4j.feature;

import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * Recognises {@link FixedShapeTensorType}, {@link VariableShapeTensorType} and {@link BFloat16Type}
 * in fields that name the type only in their metadata, as Arrow's readers return them. Stateless
 * and thread safe.
 */
public final class ExtensionFields {
  private ExtensionFields() {}

  /**
   * Returns a field with the extension types of this package, also in its children.
   *
   * @param field any field
   * @return the field with its extension types; the same field if there are none
   * @throws IllegalArgumentException if the metadata is damaged, does not match the storage, or
   *     permutes the dimensions, which is not supported
   */
  public static Field recognise(Field field) {
    List<Field> children = field.getChildren().stream().map(ExtensionFields::recognise).toList();
    ArrowType storage =
        field.getType() instanceof ExtensionType known ? known.storageType() : field.getType();
    ArrowType type = type(storage, field.getMetadata());
    if (type == null && children.equals(field.getChildren())) {
      return field;
    }
    if (type instanceof VariableShapeTensorType) {
      VariableShapeTensorType.checkChildren(children);
    }
    FieldType same =
        new FieldType(
            field.isNullable(),
            type == null ? field.getType() : type,
            field.getDictionary(),
            field.getMetadata());
    return new Field(field.getName(), same, children);
  }

  private static @Nullable ArrowType type(ArrowType storage, Map<String, String> metadata) {
    String json = metadata.get(ExtensionType.EXTENSION_METADATA_KEY_METADATA);
    return switch (metadata.getOrDefault(ExtensionType.EXTENSION_METADATA_KEY_NAME, "")) {
      case FixedShapeTensorType.NAME -> FixedShapeTensorType.read(storage, json);
      case VariableShapeTensorType.NAME -> VariableShapeTensorType.read(storage, json);
      case BFloat16Type.NAME -> BFloat16Type.read(storage);
      default -> null;
    };
  }
}
