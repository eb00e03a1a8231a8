package io.mlops4j.feature;

import java.util.Objects;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * Arrow's canonical type {@value #NAME}: each row is a tensor with its own shape, and all tensors
 * have the same rank. The storage is a struct of {@code data}, a list of the elements in row-major
 * order, and {@code shape}, a fixed-size list of int32. The size of that list is the rank.
 * Immutable and thread safe.
 *
 * <p>Arrow's registry of extension types is not needed; see {@link FixedShapeTensorType}.
 */
public final class VariableShapeTensorType extends ArrowType.ExtensionType {
  /** The canonical name of the extension. */
  public static final String NAME = "arrow.variable_shape_tensor";

  static final String DATA = "data";
  static final String SHAPES = "shape";
  private static final String UNIFORM = "uniform_shape";
  private static final VariableShapeTensorType PLAIN =
      new VariableShapeTensorType(new TensorMetadata(null, null));

  private final TensorMetadata metadata;

  private VariableShapeTensorType(TensorMetadata metadata) {
    this.metadata = metadata;
  }

  /**
   * Returns a type without metadata about its sizes.
   *
   * @return the type
   */
  public static VariableShapeTensorType of() {
    return PLAIN;
  }

  /**
   * Returns the sizes that all rows have in common.
   *
   * @return one entry for each dimension, empty where the size varies; an empty list without
   *     metadata
   */
  public java.util.List<OptionalLong> uniformShape() {
    return metadata.shape() == null ? java.util.List.of() : metadata.shape();
  }

  /**
   * Returns the names of the dimensions.
   *
   * @return one name for each dimension, or an empty list
   */
  public java.util.List<String> names() {
    return metadata.names() == null ? java.util.List.of() : metadata.names();
  }

  /**
   * Returns a column of this type.
   *
   * @param name the column's name
   * @param rank the number of dimensions of each tensor, 0 or more
   * @param element the type of the elements
   * @return a nullable field
   */
  public Field field(String name, int rank, ArrowType element) {
    Field data =
        new Field(
            DATA,
            FieldType.nullable(ArrowType.List.INSTANCE),
            java.util.List.of(Field.nullable("item", element)));
    Field shape =
        new Field(
            SHAPES,
            FieldType.nullable(new ArrowType.FixedSizeList(rank)),
            java.util.List.of(Field.nullable("item", new ArrowType.Int(Integer.SIZE, true))));
    return new Field(name, FieldType.nullable(this), java.util.List.of(data, shape));
  }

  @Override
  public ArrowType storageType() {
    return ArrowType.Struct.INSTANCE;
  }

  @Override
  public String extensionName() {
    return NAME;
  }

  @Override
  public boolean extensionEquals(ExtensionType other) {
    return other instanceof VariableShapeTensorType that && Objects.equals(metadata, that.metadata);
  }

  /**
   * Returns the metadata in JSON.
   *
   * @return for example <code>{"uniform_shape":[400,null,3]}</code>; empty without metadata
   */
  @Override
  public String serialize() {
    return metadata.json(UNIFORM);
  }

  /**
   * Returns the type that metadata describes.
   *
   * @throws IllegalArgumentException if the metadata is damaged, does not match the storage, or
   *     permutes the dimensions, which is not supported
   */
  @Override
  public ArrowType deserialize(ArrowType storageType, String serializedData) {
    return read(storageType, serializedData);
  }

  static VariableShapeTensorType read(ArrowType storage, @Nullable String json) {
    if (!storage.equals(ArrowType.Struct.INSTANCE)) {
      throw new IllegalArgumentException(
          NAME + ": found the storage " + storage + ", expected a struct of data and shape");
    }
    return new VariableShapeTensorType(TensorMetadata.parse(NAME, json, UNIFORM));
  }

  /** Checks the two fields of the struct. */
  static void checkChildren(java.util.List<Field> children) {
    Field data = child(children, DATA);
    Field shape = child(children, SHAPES);
    if (children.size() != 2
        || data == null
        || shape == null
        || !(data.getType() instanceof ArrowType.List)
        || !(shape.getType() instanceof ArrowType.FixedSizeList)
        || !shape.getChildren().get(0).getType().equals(new ArrowType.Int(Integer.SIZE, true))) {
      throw new IllegalArgumentException(
          NAME
              + ": found the fields "
              + children
              + ", expected \"data\", a list, and \"shape\", a fixed-size list of int32");
    }
  }

  private static @Nullable Field child(java.util.List<Field> children, String name) {
    return children.stream().filter(child -> child.getName().equals(name)).findFirst().orElse(null);
  }

  @Override
  public FieldVector getNewVector(String name, FieldType fieldType, BufferAllocator allocator) {
    StructVector storage = new StructVector(name, allocator, TypedVector.storage(fieldType), null);
    return new VariableShapeTensorVector(name, fieldType, allocator, storage);
  }

  /**
   * Returns a short description for people.
   *
   * @return the name, with the metadata if there is any
   */
  @Override
  public String toString() {
    return NAME + serialize();
  }
}
