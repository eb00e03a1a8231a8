package io.mlops4j.feature;

import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * Arrow's canonical type {@value #NAME}: each row is a tensor, and all tensors have the same shape.
 * The elements lie row-major in a fixed-size list. Immutable and thread safe.
 *
 * <p>Arrow's registry of extension types is not needed, because a batch recognises its columns by
 * their metadata. To get these vectors from Arrow's own readers, register {@code of()} there.
 */
public final class FixedShapeTensorType extends ArrowType.ExtensionType {
  /** The canonical name of the extension. */
  public static final String NAME = "arrow.fixed_shape_tensor";

  private static final String SHAPE = "shape";

  private final long[] shape;
  private final java.util.@Nullable List<String> names;
  private final int elements;

  private FixedShapeTensorType(long[] shape, java.util.@Nullable List<String> names) {
    this.shape = shape;
    this.names = names;
    this.elements = Shapes.elements(shape);
    if (names != null && names.size() != shape.length) {
      throw new IllegalArgumentException(
          "dim_names: found " + names + ", expected one for each of " + Arrays.toString(shape));
    }
  }

  /**
   * Returns a type without names for its dimensions.
   *
   * @param shape the sizes of the dimensions, outermost first; no size for scalars
   * @return the type
   * @throws IllegalArgumentException if a size is negative, or a tensor has 2^31 elements or more
   */
  public static FixedShapeTensorType of(long... shape) {
    return new FixedShapeTensorType(shape.clone(), null);
  }

  /**
   * Returns this type with names for its dimensions.
   *
   * @param dimensions one name for each dimension
   * @return a new type
   * @throws IllegalArgumentException if there are more or fewer names than dimensions
   */
  public FixedShapeTensorType named(String... dimensions) {
    return new FixedShapeTensorType(shape, java.util.List.of(dimensions));
  }

  /**
   * Returns the sizes of the dimensions.
   *
   * @return a copy, outermost first
   */
  public long[] shape() {
    return shape.clone();
  }

  /**
   * Returns the names of the dimensions.
   *
   * @return one name for each dimension, or an empty list
   */
  public java.util.List<String> names() {
    return names == null ? java.util.List.of() : names;
  }

  /**
   * Returns the number of elements of a tensor.
   *
   * @return the product of the sizes, 1 for scalars
   */
  public int elements() {
    return elements;
  }

  /**
   * Returns a column of this type.
   *
   * @param name the column's name
   * @param element the type of the elements
   * @return a nullable field
   */
  public Field field(String name, ArrowType element) {
    return new Field(
        name, FieldType.nullable(this), java.util.List.of(Field.nullable("item", element)));
  }

  @Override
  public ArrowType storageType() {
    return new ArrowType.FixedSizeList(elements);
  }

  @Override
  public String extensionName() {
    return NAME;
  }

  @Override
  public boolean extensionEquals(ExtensionType other) {
    return other instanceof FixedShapeTensorType that
        && Arrays.equals(shape, that.shape)
        && Objects.equals(names, that.names);
  }

  /**
   * Returns the metadata in JSON.
   *
   * @return for example <code>{"shape":[2,5]}</code>
   */
  @Override
  public String serialize() {
    java.util.List<OptionalLong> sizes = Arrays.stream(shape).mapToObj(OptionalLong::of).toList();
    return new TensorMetadata(sizes, names).json(SHAPE);
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

  static FixedShapeTensorType read(ArrowType storage, @Nullable String json) {
    TensorMetadata metadata = TensorMetadata.parse(NAME, json, SHAPE);
    java.util.List<OptionalLong> sizes = metadata.shape();
    if (sizes == null || sizes.stream().anyMatch(OptionalLong::isEmpty)) {
      throw new IllegalArgumentException(
          NAME + ": found the metadata " + json + ", expected a \"shape\" of whole numbers");
    }
    FixedShapeTensorType type =
        new FixedShapeTensorType(
            sizes.stream().mapToLong(OptionalLong::getAsLong).toArray(), metadata.names());
    if (!type.storageType().equals(storage)) {
      throw new IllegalArgumentException(
          NAME + ": found the storage " + storage + ", expected " + type.storageType());
    }
    return type;
  }

  @Override
  public FieldVector getNewVector(String name, FieldType fieldType, BufferAllocator allocator) {
    FixedSizeListVector storage =
        new FixedSizeListVector(name, allocator, TypedVector.storage(fieldType), null);
    return new FixedShapeTensorVector(name, fieldType, allocator, storage);
  }

  /**
   * Returns a short description for people.
   *
   * @return for example {@code arrow.fixed_shape_tensor[2, 5]}
   */
  @Override
  public String toString() {
    return NAME + Arrays.toString(shape);
  }
}
