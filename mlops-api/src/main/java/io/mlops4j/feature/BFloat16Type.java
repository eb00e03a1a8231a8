package io.mlops4j.feature;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * An extension type for bfloat16 numbers, the upper halves of float32 numbers. Arrow has no such
 * type, so they are stored as uint16 under the name {@value #NAME}. A plain uint16 column is never
 * read as bfloat16. Immutable and thread safe.
 */
public final class BFloat16Type extends ArrowType.ExtensionType {
  /** The name of the extension, defined by this library. */
  public static final String NAME = "mlops4j.bfloat16";

  private static final BFloat16Type INSTANCE = new BFloat16Type();
  private static final ArrowType STORAGE = new ArrowType.Int(Short.SIZE, false);

  private BFloat16Type() {}

  /**
   * Returns the type.
   *
   * @return the only instance
   */
  public static BFloat16Type of() {
    return INSTANCE;
  }

  /**
   * Returns a column of this type.
   *
   * @param name the column's name
   * @return a nullable field
   */
  public Field field(String name) {
    return Field.nullable(name, this);
  }

  @Override
  public ArrowType storageType() {
    return STORAGE;
  }

  @Override
  public String extensionName() {
    return NAME;
  }

  @Override
  public boolean extensionEquals(ExtensionType other) {
    return other instanceof BFloat16Type;
  }

  /**
   * Returns the metadata, which is empty.
   *
   * @return the empty string
   */
  @Override
  public String serialize() {
    return "";
  }

  /**
   * Checks the storage type.
   *
   * @throws IllegalArgumentException if the storage is not uint16
   */
  @Override
  public ArrowType deserialize(ArrowType storageType, String serializedData) {
    return read(storageType);
  }

  static BFloat16Type read(ArrowType storage) {
    if (!storage.equals(STORAGE)) {
      throw new IllegalArgumentException(
          NAME + ": found the storage " + storage + ", expected " + STORAGE);
    }
    return INSTANCE;
  }

  @Override
  public FieldVector getNewVector(String name, FieldType fieldType, BufferAllocator allocator) {
    UInt2Vector storage = new UInt2Vector(name, TypedVector.storage(fieldType), allocator);
    return new BFloat16Vector(name, fieldType, allocator, storage);
  }

  /**
   * Returns the name of the extension.
   *
   * @return the name
   */
  @Override
  public String toString() {
    return NAME;
  }
}
