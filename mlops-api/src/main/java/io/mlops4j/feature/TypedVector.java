package io.mlops4j.feature;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.hash.ArrowBufHasher;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.CallBack;
import org.apache.arrow.vector.util.TransferPair;
import org.jspecify.annotations.Nullable;

/**
 * A vector of an extension type that keeps its type when it is moved, shared or copied. Arrow's
 * base class would return the storage vector instead.
 */
abstract class TypedVector<T extends FieldVector> extends ExtensionTypeVector<T> {
  private final FieldType type;

  TypedVector(String name, FieldType type, BufferAllocator allocator, T storage) {
    super(name, allocator, storage);
    this.type = type;
  }

  /** Returns the field type of the storage vector, without the extension. */
  static FieldType storage(FieldType type) {
    return new FieldType(
        type.isNullable(), ((ExtensionType) type.getType()).storageType(), type.getDictionary());
  }

  @Override
  public Field getField() {
    return new Field(getName(), type, getUnderlyingVector().getField().getChildren());
  }

  @Override
  public TransferPair getTransferPair(BufferAllocator allocator) {
    return getTransferPair(getName(), allocator);
  }

  @Override
  public TransferPair getTransferPair(String ref, BufferAllocator allocator) {
    return makeTransferPair(((ExtensionType) type.getType()).getNewVector(ref, type, allocator));
  }

  @Override
  public TransferPair getTransferPair(
      String ref, BufferAllocator allocator, @Nullable CallBack callBack) {
    return getTransferPair(ref, allocator);
  }

  @Override
  public TransferPair getTransferPair(Field field, BufferAllocator allocator) {
    return makeTransferPair(field.createVector(allocator));
  }

  @Override
  public TransferPair getTransferPair(
      Field field, BufferAllocator allocator, @Nullable CallBack callBack) {
    return getTransferPair(field, allocator);
  }

  @Override
  public TransferPair makeTransferPair(ValueVector target) {
    ValueVector storage = ((ExtensionTypeVector<?>) target).getUnderlyingVector();
    return new Pair(target, getUnderlyingVector().makeTransferPair(storage));
  }

  private record Pair(ValueVector to, TransferPair storage) implements TransferPair {
    @Override
    public void transfer() {
      storage.transfer();
    }

    @Override
    public void splitAndTransfer(int start, int length) {
      storage.splitAndTransfer(start, length);
    }

    @Override
    public ValueVector getTo() {
      return to;
    }

    @Override
    public void copyValueSafe(int from, int to) {
      storage.copyValueSafe(from, to);
    }
  }

  @Override
  public void copyFrom(int from, int to, ValueVector source) {
    getUnderlyingVector()
        .copyFrom(from, to, ((ExtensionTypeVector<?>) source).getUnderlyingVector());
  }

  @Override
  public void copyFromSafe(int from, int to, ValueVector source) {
    getUnderlyingVector()
        .copyFromSafe(from, to, ((ExtensionTypeVector<?>) source).getUnderlyingVector());
  }

  @Override
  public int hashCode(int index) {
    return getUnderlyingVector().hashCode(index);
  }

  @Override
  public int hashCode(int index, ArrowBufHasher hasher) {
    return getUnderlyingVector().hashCode(index, hasher);
  }
}
