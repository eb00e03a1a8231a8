package io.mlops4j.feature;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * Numbers that are the upper half of a float32, stored as uint16 under the name {@value #NAME}:
 * Arrow has no such type. A plain uint16 column is never taken for one. Immutable.
 */
public final class BFloat16Type extends ArrowType.ExtensionType {
  /** The name, which is this library's own. */
  public static final String NAME = "mlops4j.bfloat16";

  private static final BFloat16Type INSTANCE = new BFloat16Type();
  private static final ArrowType STORAGE = new ArrowType.Int(Short.SIZE, false);

  private BFloat16Type() {}

  /**
   * The type.
   *
   * @return always the same
   */
  public static BFloat16Type of() {
    return INSTANCE;
  }

  /**
   * A column of this type.
   *
   * @param name the column's name
   * @return a field whose rows may be null
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
   * There is no metadata.
   *
   * @return the empty string
   */
  @Override
  public String serialize() {
    return "";
  }

  /**
   * Checks the storage.
   *
   * @throws IllegalArgumentException if it is not uint16
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
   * For people.
   *
   * @return the name
   */
  @Override
  public String toString() {
    return NAME;
  }
}
